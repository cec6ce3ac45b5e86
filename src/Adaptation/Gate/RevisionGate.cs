using Attune.Adaptation.Collapse;
using Attune.Adaptation.Slow;
using Attune.Evaluation;
using Attune.Recognition;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Decoding;

namespace Attune.Adaptation.Gate;

/// <summary>Decides whether a candidate revision may serve.</summary>
/// <remarks>
/// <para>(1) reliability: the mean loss of the learnt utterances has not risen; (2) generality: nor has that of held-back ones; (3)
/// locality: the guard set's transcripts are still the model's, 1 minus the edit distance over all clips, normalised by the longer transcripts;
/// (4) collapse: none of these utterances and clips shows a sign that the model does not show. A figure that is no number never passes.</para>
/// <para>Thread-safe; synchronous, on the caller's thread.</para>
/// </remarks>
/// <param name="acousticModel">The session that would serve the candidate; not disposed.</param>
/// <param name="recognizer">The decoder that would serve it.</param>
/// <param name="loss">The objective that the candidate was learnt with.</param>
/// <param name="check">Finds signs of collapse.</param>
/// <param name="guard">Clean speech of the model's.</param>
/// <param name="options">Thresholds.</param>
/// <param name="precedence">What each pass gives way to; nothing if null.</param>
public sealed class RevisionGate(
    OnnxAcousticModel acousticModel, Recognizer recognizer, UtteranceLoss loss, OutputCheck check, GuardSet guard, GateOptions options, RequestPrecedence? precedence = null)
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
        // What the model does not hear either is no measure of what the candidate hears.
        var clips = guard.Clips.Where(clip => clip.Source.Text.Length > 0).ToArray();
        var ofLearnt = Recognize(learnt);
        var ofHeldBack = Recognize(heldBack);
        var ofClips = Recognize([.. clips.Select(clip => clip.Waveform)]);
        return new GateVerdict(
        [
            LossRise(GateQuestion.Reliability, learnt, ofLearnt, options.MaxLossRise),
            LossRise(GateQuestion.Generality, heldBack, ofHeldBack, options.MaxHeldBackLossRise),
            Locality(clips, ofClips),
            Collapse([.. ofLearnt, .. ofHeldBack, .. ofClips]),
        ]);

        Output[] Recognize(IReadOnlyList<ReadOnlyMemory<float>> waveforms) => [.. waveforms.Select(waveform => Run(candidate, waveform, cancellationToken))];

        GateCheck LossRise(GateQuestion question, IReadOnlyList<ReadOnlyMemory<float>> waveforms, Output[] outputs, double most)
        {
            if (outputs.Length == 0) return new GateCheck(question, null, most, 0, Passed: true);
            var rise = outputs.Average(output => loss.Of(output.Logits)) - waveforms.Average(waveform => loss.Of(before, waveform, cancellationToken));
            return new GateCheck(question, rise, most, outputs.Length, rise <= most);
        }

        GateCheck Collapse(Output[] outputs)
        {
            if (outputs.Length == 0) return new GateCheck(GateQuestion.Collapse, null, 0, 0, Passed: true);
            var collapsed = outputs.Count(output => IsSign(output) && !IsSign(Run(null, output.Waveform, cancellationToken)));
            return new GateCheck(GateQuestion.Collapse, collapsed, 0, outputs.Length, collapsed == 0);
        }
    }

    private GateCheck Locality(GuardClip[] clips, Output[] outputs)
    {
        if (clips.Length == 0) return new GateCheck(GateQuestion.Locality, null, options.MinSimilarity, 0, Passed: true);

        var pairs = clips.Zip(outputs, (clip, output) => (Source: clip.Source.Text, output.Transcript.Text)).ToArray();
        var distance = pairs.Sum(pair => EditDistance.Compute<char>(pair.Source, pair.Text));
        // Logits that are no numbers decode to something nevertheless.
        var similarity = outputs.All(output => output.Logits.AreFinite)
            ? 1 - ((double)distance / pairs.Sum(pair => Math.Max(pair.Source.Length, pair.Text.Length)))
            : double.NaN;
        return new GateCheck(GateQuestion.Locality, similarity, options.MinSimilarity, clips.Length, similarity >= options.MinSimilarity);
    }

    private bool IsSign(Output output) => check.Find(output.Logits, output.Transcript) is not null;

    private Output Run(AdaptableParameters? parameters, ReadOnlyMemory<float> waveform, CancellationToken cancellationToken)
    {
        precedence?.GiveWay(cancellationToken);
        var logits = acousticModel.Run(waveform, parameters, cancellationToken);
        return new Output(waveform, logits, recognizer.Decode(logits, default));
    }

    private sealed record Output(ReadOnlyMemory<float> Waveform, Logits Logits, Transcript Transcript);
}
