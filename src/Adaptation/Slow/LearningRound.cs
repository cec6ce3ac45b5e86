using Attune.Adaptation.Buffering;
using Attune.Adaptation.Revisions;
using Attune.Recognition.Acoustic;

namespace Attune.Adaptation.Slow;

/// <summary>What a domain learns from in one round.</summary>
/// <param name="Domain">The domain.</param>
/// <param name="State">Its learning state.</param>
/// <param name="Current">What revision <see cref="LearningState.Current"/> holds; null for the model itself.</param>
/// <param name="DomainWeights">
/// Parameters of revision <see cref="LearningState.DomainWeights"/>; null where that is null or the model itself.
/// </param>
/// <param name="Utterances">Its oldest buffered utterances in the order in which they were served, as many as the learner's round has.</param>
public sealed record LearningRound(
    string Domain,
    LearningState State,
    AdaptationState? Current,
    AdaptableParameters? DomainWeights,
    IReadOnlyList<BufferedUtterance> Utterances);
