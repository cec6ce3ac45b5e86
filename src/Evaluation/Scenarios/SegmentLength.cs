namespace Attune.Evaluation.Scenarios;

/// <summary>Utterances of a segment: one number, or bounds between which each segment draws.</summary>
/// <param name="Shortest">At least 1.</param>
/// <param name="Longest">At least <paramref name="Shortest"/>.</param>
public readonly record struct SegmentLength(int Shortest, int Longest)
{
    /// <summary>The next segment's length; a length without choice draws nothing.</summary>
    public int Draw(Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        return Shortest == Longest ? Shortest : random.Next(Shortest, Longest + 1);
    }
}
