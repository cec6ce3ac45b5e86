namespace Attune.Cli.Evaluation;

/// <summary>What a strategy does with an utterance, and what it keeps for the next.</summary>
/// <param name="Name">The name that the command line takes.</param>
/// <param name="IsStateless">Whether nothing of one utterance reaches the next, so that a stream may be resumed in its middle.</param>
/// <param name="Summary">For help.</param>
internal sealed record StrategyKind(string Name, bool IsStateless, string Summary)
{
    /// <summary>The model as it is; what every other strategy is compared with.</summary>
    public static StrategyKind None { get; } = new("none", true, "the model as it is");

    /// <summary>Fast updates that are forgotten.</summary>
    public static StrategyKind Suta { get; } = new("suta", true, "fast updates from the model, forgotten after each utterance");

    /// <summary>Every strategy.</summary>
    public static IReadOnlyList<StrategyKind> All { get; } = [None, Suta];

    /// <summary>Their names, for help and error messages.</summary>
    public static string Names { get; } = string.Join(", ", All.Select(kind => kind.Name));
}
