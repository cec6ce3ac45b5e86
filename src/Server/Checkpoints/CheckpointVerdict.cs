namespace Attune.Server.Checkpoints;

/// <summary>Whether a checkpoint may serve.</summary>
/// <param name="Passed">The answer.</param>
/// <param name="Text">Figures and thresholds, as a sentence.</param>
internal sealed record CheckpointVerdict(bool Passed, string Text)
{
    /// <summary>The gate is not asked about what served before.</summary>
    public static CheckpointVerdict ServedBefore { get; } = new(true, "Served before: not asked.");
}
