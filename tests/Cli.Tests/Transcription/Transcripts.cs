using Attune.Adaptation;
using Attune.Adaptation.Fast;
using Attune.Cli.Transcription;
using Attune.Recognition.Decoding;

namespace Attune.Cli.Tests.Transcription;

/// <summary>Made-up results.</summary>
internal static class Transcripts
{
    public static RecognizedUtterance Utterance(
        string draft,
        string final,
        double start = 0,
        double duration = 2,
        AdaptationOutcome outcome = AdaptationOutcome.Adapted,
        int steps = 10,
        double? before = 0.5,
        double? after = 0.25,
        bool stoppedByBudget = false)
    {
        var step = new AdaptationStep(0.5, 0.5, 0.5, AllBlank: false, GradientNorm: 1, TimeSpan.FromMilliseconds(1));
        return new(
            TimeSpan.FromSeconds(start),
            TimeSpan.FromSeconds(duration),
            Transcript(draft, start),
            Transcript(final, start),
            new AdaptationReport(outcome, [.. Enumerable.Repeat(step, steps)], before, after, stoppedByBudget));
    }

    public static FileTranscript File(string? reference, params RecognizedUtterance[] utterances) => new(
        "a.wav",
        TimeSpan.FromSeconds(utterances.Sum(utterance => utterance.Duration.TotalSeconds)),
        TimeSpan.FromSeconds(1),
        reference,
        utterances);

    /// <summary>Each word lasts half a second; confidence is 0.5.</summary>
    private static Transcript Transcript(string text, double start)
    {
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select((word, i) => new Word(word, TimeSpan.FromSeconds(start + (0.5 * i)), TimeSpan.FromSeconds(start + (0.5 * i) + 0.5), 0.5));
        return new Transcript(text, [.. words], text.Length > 0 ? 0.5 : 0);
    }
}
