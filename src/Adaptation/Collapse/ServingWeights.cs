using Attune.Adaptation.Revisions;

namespace Attune.Adaptation.Collapse;

/// <summary>What an utterance is served from.</summary>
/// <param name="Current">The domain's current revision; null for the model itself.</param>
/// <param name="Fallback">The good revision before it, for when it has collapsed; null for the model itself.</param>
public readonly record struct ServingWeights(AdaptationState? Current, AdaptationState? Fallback = null)
{
    /// <summary>The model itself.</summary>
    public static ServingWeights Model => default;
}
