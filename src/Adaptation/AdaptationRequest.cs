using Attune.Adaptation.Neighbours;
using Attune.Recognition.Decoding;

namespace Attune.Adaptation;

/// <summary>What one request wants of adaptation.</summary>
/// <param name="Steps">Gradient steps; 0 for the draft alone, null for the configured number.</param>
/// <param name="LatencyBudget">
/// Time from the request's start until its last utterance is final; null for as long as it takes. Steps that would not fit are left out.
/// </param>
/// <param name="Flow">Whose request it is, so that nobody's many requests hold up another's few; null for all that name nobody.</param>
public sealed record AdaptationRequest(int? Steps = null, TimeSpan? LatencyBudget = null, string? Flow = null)
{
    /// <summary>Whether whoever asks has used up the steps that it may have: the draft is the final, and the report says so. Default false.</summary>
    public bool QuotaSpent { get; init; }

    /// <summary>Searches for the answer in the final's logits; null for the best path. Drafts are best paths always, and so is what is judged and stored.</summary>
    public BeamDecoder? Decoder { get; init; }

    /// <summary>Which utterances of the domain join the fast update; null for none. Default null.</summary>
    public NeighbourSearch? Neighbours { get; init; }

    /// <summary>No fast update.</summary>
    public static AdaptationRequest None { get; } = new(Steps: 0);
}
