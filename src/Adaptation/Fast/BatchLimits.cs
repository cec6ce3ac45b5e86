using Attune.Recognition.Acoustic;

namespace Attune.Adaptation.Fast;

/// <summary>Which utterances are adapted to sooner in one batch than one after another on the same thread.</summary>
/// <remarks>
/// A batch saves what each operator costs besides its arithmetic. That is much where utterances are short, and nothing where one utterance fills the core already; then
/// the larger batch only leaves the caches sooner. And it saves nothing of what each row has of its own: the more parameters are
/// adapted, the less. The bounds are where the measurements in load-tests/Benchmarks/TOGETHER.md end to show a gain. Immutable.
/// </remarks>
internal sealed class BatchLimits(ParameterLayout layout)
{
    /// <summary>Most adapted values of each row. The default set <c>suta</c> has more in every model, and gains nothing.</summary>
    public const int MostParameters = 65_536;

    /// <summary>Most frames of all rows together, padding included: 7 s of audio where a frame lasts 20 ms, 10 s where it lasts 30 ms.</summary>
    public const int MostFrames = 350;

    /// <summary>Largest share of a batch that may be padding.</summary>
    public const double MostPadding = 0.25;

    /// <summary>Whether a batch of utterances is faster.</summary>
    /// <param name="frameCounts">Frames of each, at least two.</param>
    public bool Allow(IReadOnlyList<int> frameCounts)
    {
        var padded = frameCounts.Count * frameCounts.Max();
        return layout.Length <= MostParameters
            && padded <= MostFrames
            && padded - frameCounts.Sum() <= MostPadding * padded;
    }
}
