namespace Attune.Adaptation.Strategies;

/// <summary>How a domain's utterances are adapted to and learnt from.</summary>
/// <remarks>
/// <list type="table">
/// <item><term><c>none</c></term><description>the model as it is</description></item>
/// <item><term><c>suta</c></term><description>fast updates from the model, forgotten after each utterance (Lin et al. 2022, arXiv
/// 2203.14222)</description></item>
/// <item><term><c>csuta</c></term><description>each utterance's step is kept, never judged and never taken back: for comparison only, since
/// nothing keeps it from forgetting the model. It is Dynamic SUTA with one fast step and slow updates on single utterances, whose step is the
/// same one</description></item>
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
/// <param name="LearnsSlowly">Whether buffered utterances make slow updates.</param>
/// <param name="Reset">When slow weights go back to the model.</param>
public sealed record AdaptationStrategy(string Name, int FastSteps, bool LearnsSlowly = false, ResetPolicy Reset = ResetPolicy.None)
{
    /// <summary>Every strategy.</summary>
    public static IReadOnlyList<AdaptationStrategy> All { get; } =
    [
        new("none", 0),
        new("suta", 10),
        new("csuta", 1, LearnsSlowly: true) { UtterancesPerUpdate = 1, IsGated = false },
        new("slow-only", 0, LearnsSlowly: true),
        new("dsuta", 5, LearnsSlowly: true),
        new("dsuta-fixed", 5, LearnsSlowly: true, Reset: ResetPolicy.Fixed),
        new("dsuta-oracle", 5, LearnsSlowly: true, Reset: ResetPolicy.Oracle),
        new("dsuta-dynamic", 5, LearnsSlowly: true, Reset: ResetPolicy.Dynamic),
    ];

    /// <summary>M where the strategy fixes it; null where the options do.</summary>
    public int? UtterancesPerUpdate { get; init; }

    /// <summary>Whether what is learnt passes the gate before it serves.</summary>
    public bool IsGated { get; init; } = true;

    /// <summary>The names that <see cref="Parse"/> takes, for help and error messages.</summary>
    public static string Names { get; } = string.Join(", ", All.Select(strategy => strategy.Name));

    /// <summary>The strategy with the given name.</summary>
    /// <exception cref="ArgumentException">The name is none of <see cref="Names"/>.</exception>
    public static AdaptationStrategy Parse(string name) => All.FirstOrDefault(strategy => strategy.Name == name)
        ?? throw new ArgumentException($"The strategy must be one of {Names}. Given: '{name}'.", nameof(name));

    public override string ToString() => Name;
}
