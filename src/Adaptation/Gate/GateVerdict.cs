namespace Attune.Adaptation.Gate;

/// <summary>Whether a candidate may serve, and what was measured to decide it.</summary>
/// <param name="Checks">One for each question that was asked.</param>
/// <remarks>Immutable.</remarks>
public sealed record GateVerdict(IReadOnlyList<GateCheck> Checks)
{
    /// <summary>Nothing was asked: the strategy has no gate.</summary>
    public static GateVerdict Unasked { get; } = new([]);

    /// <summary>Whether every question was answered well.</summary>
    public bool Passed => Checks.All(check => check.Passed);

    public bool Equals(GateVerdict? other) => other is not null && Checks.SequenceEqual(other.Checks);

    public override int GetHashCode() => Checks.Aggregate(0, HashCode.Combine);
}
