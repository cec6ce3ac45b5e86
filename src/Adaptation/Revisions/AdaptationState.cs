using Attune.Adaptation.Fast;
using Attune.Recognition.Acoustic;

namespace Attune.Adaptation.Revisions;

/// <summary>What a fast or slow update starts from, and what a slow update makes.</summary>
/// <remarks>Immutable: a request that took it keeps it to its end.</remarks>
public sealed record AdaptationState
{
    /// <param name="parameters">The adaptable parameters.</param>
    /// <param name="moments">The slow optimizer's moments; null before its first step.</param>
    /// <exception cref="ArgumentException">The moments are not as many as the parameters.</exception>
    public AdaptationState(AdaptableParameters parameters, OptimizerMoments? moments = null)
    {
        if (moments is not null && moments.First.Length != parameters.Layout.Length)
        {
            throw new ArgumentException(
                $"The layout has {parameters.Layout.Length} values. Given: moments of {moments.First.Length}.", nameof(moments));
        }

        Parameters = parameters;
        Moments = moments;
    }

    /// <summary>The adaptable parameters.</summary>
    public AdaptableParameters Parameters { get; }

    /// <summary>The slow optimizer's moments; null before its first step.</summary>
    public OptimizerMoments? Moments { get; }
}
