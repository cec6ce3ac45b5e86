namespace Attune.Adaptation.Strategies;

/// <summary>How a domain's utterances are adapted to and learnt from.</summary>
/// <remarks>
/// <list type="table">
/// <item><term><c>none</c></term><description>the model as it is</description></item>
/// <item><term><c>suta</c></term><description>fast updates from the model, forgotten after each utterance (Lin et al. 2022, arXiv
/// 2203.14222)</description></item>
/// <item><term><c>csuta</c></term><description>fast updates that are kept and never reset: for comparison only, since it forgets
/// the model in the end</description></item>
/// <item><term><c>slow-only</c></term><description>slow updates without fast ones</description></item>
/// <item><term><c>dsuta</c></term><description>fast updates from slow weights, which never go back (Lin et al. 2024, "Continual Test-time
/// Adaptation for End-to-end Speech Recognition on Noisy Speech", arXiv 2406.11064)</description></item>
/// <item><term><c>dsuta-fixed</c>, <c>dsuta-oracle</c>, <c>dsuta-dynamic</c></term><description>the same with a reset; the last is the
/// default</description></item>
/// </list>
/// Immutable.
/// </remarks>
/// <param name="Name">The name that <see cref="Parse"/> takes.</param>
/// <param name="FastSteps">Gradient steps on each utterance, as published.</param>
/// <param name="KeepsFastUpdates">Whether the next utterance starts where the fast update of this one ended.</param>
/// <param name="LearnsSlowly">Whether buffered utterances make slow updates.</param>
/// <param name="Reset">When slow weights go back to the model.</param>
public sealed record AdaptationStrategy(
    string Name, int FastSteps, bool KeepsFastUpdates = false, bool LearnsSlowly = false, ResetPolicy Reset = ResetPolicy.None)
{
    /// <summary>Every strategy.</summary>
    public static IReadOnlyList<AdaptationStrategy> All { get; } =
    [
        new("none", 0),
        new("suta", 10),
        new("csuta", 1, KeepsFastUpdates: true),
        new("slow-only", 0, LearnsSlowly: true),
        new("dsuta", 5, LearnsSlowly: true),
        new("dsuta-fixed", 5, LearnsSlowly: true, Reset: ResetPolicy.Fixed),
        new("dsuta-oracle", 5, LearnsSlowly: true, Reset: ResetPolicy.Oracle),
        new("dsuta-dynamic", 5, LearnsSlowly: true, Reset: ResetPolicy.Dynamic),
    ];

    /// <summary>The names that <see cref="Parse"/> takes, for help and error messages.</summary>
    public static string Names { get; } = string.Join(", ", All.Select(strategy => strategy.Name));

    /// <summary>The strategy with the given name.</summary>
    /// <exception cref="ArgumentException">The name is none of <see cref="Names"/>.</exception>
    public static AdaptationStrategy Parse(string name) => All.FirstOrDefault(strategy => strategy.Name == name)
        ?? throw new ArgumentException($"The strategy must be one of {Names}. Given: '{name}'.", nameof(name));

    public override string ToString() => Name;
}
