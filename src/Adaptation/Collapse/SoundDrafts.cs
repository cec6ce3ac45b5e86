using System.Runtime.CompilerServices;
using Attune.Adaptation.Revisions;
using Attune.Recognition;
using Attune.Recognition.Acoustic;

namespace Attune.Adaptation.Collapse;

/// <summary>Recognises an utterance with weights that have not collapsed on it.</summary>
/// <remarks>
/// (1) The current revision's draft; without a sign of collapse it serves, as nearly always. (2) Otherwise the model's own. If that shows a
/// sign too, the audio is to blame, such as silence, and the model's draft serves: an output with a sign never comes from adapted weights. (3) Otherwise
/// the revision has collapsed on this utterance: the good revision before it serves if its draft shows no sign, and the model if it does. Thread-safe.
/// </remarks>
/// <param name="recognizer">Makes the drafts.</param>
/// <param name="check">Finds the signs.</param>
/// <param name="source">The model's own parameters.</param>
internal sealed class SoundDrafts(Recognizer recognizer, OutputCheck check, AdaptableParameters source)
{
    private readonly ConditionalWeakTable<AdaptationState, StrongBox<CollapseSign?>> _parameterSigns = [];

    public SoundDraft Recognize(ReadOnlyMemory<float> samples, TimeSpan offset, ServingWeights weights, CancellationToken cancellationToken)
    {
        var (draft, sign) = From(weights.Current);
        if (sign is not { } bad || weights.Current is null) return new SoundDraft(draft, weights.Current, sign, null);

        var (own, ownSign) = From(null);
        if (ownSign is not null) return new SoundDraft(own, null, ownSign, null);
        if (weights.Fallback is not null && From(weights.Fallback) is { Sign: null } fallback)
            return new SoundDraft(fallback.Draft, weights.Fallback, null, new CollapseFinding(bad, ServingSource.Fallback));
        return new SoundDraft(own, null, null, new CollapseFinding(bad, ServingSource.Model));

        (Draft Draft, CollapseSign? Sign) From(AdaptationState? state)
        {
            var made = recognizer.Recognize(samples, offset, state?.Parameters, cancellationToken);
            return (made, check.Find(made.Logits, made.Transcript) ?? (state is null ? null : ParameterSign(state)));
        }
    }

    /// <summary>Computed once for each state: it goes through all of its values.</summary>
    private CollapseSign? ParameterSign(AdaptationState state) => _parameterSigns
        .GetValue(state, key => new StrongBox<CollapseSign?>(check.Find(source, key.Parameters))).Value;
}
