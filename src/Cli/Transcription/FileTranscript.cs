using Attune.Adaptation;
using Attune.Evaluation;
using Attune.Recognition.Decoding;

namespace Attune.Cli.Transcription;

/// <summary>What was recognised in one file, joined over its utterances.</summary>
/// <param name="File">Its path, as shown.</param>
/// <param name="Audio">Duration.</param>
/// <param name="Compute">Time of decoding, recognition and adaptation.</param>
/// <param name="Reference">The right transcript; null if there is none.</param>
/// <param name="Utterances">In order, at least one.</param>
internal sealed record FileTranscript(
    string File, TimeSpan Audio, TimeSpan Compute, string? Reference, IReadOnlyList<RecognizedUtterance> Utterances)
{
    /// <summary>The drafts, joined with spaces.</summary>
    public string Draft { get; } = Join(Utterances, utterance => utterance.Draft);

    /// <summary>The finals, joined with spaces.</summary>
    public string Final { get; } = Join(Utterances, utterance => utterance.Answer);

    /// <summary>What a beam search found, utterance by utterance, the best first; empty without one.</summary>
    public IReadOnlyList<IReadOnlyList<Alternative>> Alternatives => Utterances.All(utterance => utterance.Alternatives.Count == 0)
        ? []
        : [.. Utterances.Select(utterance => utterance.Alternatives)];

    /// <summary>The finals' words; times count from the beginning of the file.</summary>
    public IEnumerable<Word> Words => Utterances.SelectMany(utterance => utterance.Answer.Words);

    /// <summary>The most steps that an utterance ran.</summary>
    public int Steps => Utterances.Max(utterance => utterance.Adaptation.Steps.Count);

    /// <summary>Mean over the utterances that ran a step, weighted by duration; null if none did.</summary>
    public double? LossBefore => Mean(utterance => utterance.Adaptation.LossBefore);

    /// <inheritdoc cref="LossBefore"/>
    public double? LossAfter => Mean(utterance => utterance.Adaptation.LossAfter);

    /// <summary>Mean confidence of the finals, weighted by duration.</summary>
    public double Confidence => Mean(utterance => utterance.Answer.Confidence) ?? 0;

    /// <summary>Adapted if any utterance was; otherwise the reason of the first.</summary>
    public AdaptationOutcome Outcome => Utterances.Any(utterance => utterance.Adaptation.Outcome == AdaptationOutcome.Adapted)
        ? AdaptationOutcome.Adapted
        : Utterances[0].Adaptation.Outcome;

    /// <summary>Word errors of the draft; null without a reference.</summary>
    public ErrorRate? DraftErrors { get; } = Errors(Reference, Join(Utterances, utterance => utterance.Draft));

    /// <summary>Word errors of the final; null without a reference.</summary>
    public ErrorRate? FinalErrors { get; } = Errors(Reference, Join(Utterances, utterance => utterance.Answer));

    private static string Join(IEnumerable<RecognizedUtterance> utterances, Func<RecognizedUtterance, Transcript> transcript) =>
        string.Join(' ', utterances.Select(utterance => transcript(utterance).Text).Where(text => text.Length > 0));

    private static ErrorRate? Errors(string? reference, string hypothesis) =>
        reference is null ? null : WordErrorRate.Compute(reference, hypothesis).ErrorRate;

    private double? Mean(Func<RecognizedUtterance, double?> value)
    {
        double sum = 0, seconds = 0;
        foreach (var utterance in Utterances)
        {
            if (value(utterance) is not { } number) continue;
            sum += number * utterance.Duration.TotalSeconds;
            seconds += utterance.Duration.TotalSeconds;
        }

        return seconds > 0 ? sum / seconds : null;
    }
}
