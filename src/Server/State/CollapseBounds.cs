using Attune.Adaptation.Collapse;

namespace Attune.Server.State;

/// <summary>The bounds of <see cref="CollapseOptions"/> that decide on a single utterance.</summary>
internal sealed record CollapseBounds(bool Enabled, double MaxBlankRatio, double MinEntropyNats, double MaxEntropyShare, int RepetitionsFrom, double MaxDrift)
{
    public static CollapseBounds Of(CollapseOptions options) => new(
        options.Enabled, options.MaxBlankRatio, options.MinEntropyNats, options.MaxEntropyShare, options.RepetitionsFrom, options.MaxDrift);

    public CollapseOptions ToOptions() => new()
    {
        Enabled = Enabled,
        MaxBlankRatio = MaxBlankRatio,
        MinEntropyNats = MinEntropyNats,
        MaxEntropyShare = MaxEntropyShare,
        RepetitionsFrom = RepetitionsFrom,
        MaxDrift = MaxDrift,
    };
}
