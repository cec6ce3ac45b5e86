using Attune.Adaptation.Slow;
using Attune.Evaluation;
using Attune.Recognition;
using Attune.Recognition.Acoustic;

namespace Attune.Adaptation.Gate;

/// <summary>Decides whether a candidate revision may serve.</summary>
/// <remarks>
/// <para>(1) reliability: the mean loss of the learnt utterances has not risen; (2) generality: nor has that of held-back ones; (3)
/// locality: the guard set's transcripts are still the model's, 1 minus the edit distance over all clips, normalised by the longer transcripts;
/// (4) hearing: no clip in which the model hears something has become blank. A figure that is no number never passes.</para>
/// <para>Thread-safe; synchronous, on the caller's thread.</para>
/// </remarks>
/// <param name="acousticModel">The session that would serve the candidate; not disposed.</param>
/// <param name="recognizer">The decoder that would serve it.</param>
/// <param name="loss">The objective that the candidate was learnt with.</param>
/// <param name="guard">Clean speech of the model's.</param>
/// <param name="options">Thresholds.</param>
public sealed class RevisionGate(
    OnnxAcousticModel acousticModel, Recognizer recognizer, UtteranceLoss loss, GuardSet guard, GateOptions options)
{
    /// <summary>Utterances that a round keeps from learning, for the question about generality.</summary>
    public int HeldBack => options.HeldBack;

    /// <summary>Judges a candidate.</summary>
    /// <param name="before">What it was made from; null for the model itself.</param>
    /// <param name="candidate">Its parameters.</param>
    /// <param name="learnt">Normalised waveforms of the utterances that it learnt from.</param>
    /// <param name="heldBack">Those of utterances of the domain that it did not learn from; may be empty.</param>
    /// <param name="cancellationToken">Honoured between utterances.</param>
    public GateVerdict Judge(
        AdaptableParameters? before,
        AdaptableParameters candidate,
        IReadOnlyList<ReadOnlyMemory<float>> learnt,
        IReadOnlyList<ReadOnlyMemory<float>> heldBack,
        CancellationToken cancellationToken)
    {
        return new GateVerdict(
        [
            LossRise(GateQuestion.Reliability, learnt, options.MaxLossRise),
            LossRise(GateQuestion.Generality, heldBack, options.MaxHeldBackLossRise),
            .. Guard(candidate, cancellationToken),
        ]);

        GateCheck LossRise(GateQuestion question, IReadOnlyList<ReadOnlyMemory<float>> waveforms, double most)
        {
            if (waveforms.Count == 0) return new GateCheck(question, null, most, 0, Passed: true);
            var rise = loss.MeanOf(candidate, waveforms, cancellationToken) - loss.MeanOf(before, waveforms, cancellationToken);
            return new GateCheck(question, rise, most, waveforms.Count, rise <= most);
        }
    }

    private IEnumerable<GateCheck> Guard(AdaptableParameters candidate, CancellationToken cancellationToken)
    {
        var clips = guard.Clips.Where(clip => clip.Source.Text.Length > 0).ToArray();
        if (clips.Length == 0)
        {
            return
            [
                new GateCheck(GateQuestion.Locality, null, options.MinSimilarity, 0, Passed: true),
                new GateCheck(GateQuestion.Hearing, null, 0, 0, Passed: true),
            ];
        }

        var texts = clips.Select(clip => recognizer.Decode(acousticModel.Run(clip.Waveform, candidate, cancellationToken), default).Text).ToArray();
        var distance = clips.Zip(texts, (clip, text) => EditDistance.Compute<char>(clip.Source.Text, text)).Sum();
        var length = clips.Zip(texts, (clip, text) => Math.Max(clip.Source.Text.Length, text.Length)).Sum();
        var similarity = 1 - ((double)distance / length);
        var blank = texts.Count(text => text.Length == 0);
        return
        [
            new GateCheck(GateQuestion.Locality, similarity, options.MinSimilarity, clips.Length, similarity >= options.MinSimilarity),
            new GateCheck(GateQuestion.Hearing, blank, 0, clips.Length, blank == 0),
        ];
    }
}
