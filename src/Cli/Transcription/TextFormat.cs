using System.Globalization;
using System.Text;
using Attune.Adaptation;
using Attune.Evaluation;

namespace Attune.Cli.Transcription;

/// <summary>Results for people: a block for each file.</summary>
/// <param name="ink">Colours.</param>
/// <param name="words">Whether to list words.</param>
internal sealed class TextFormat(Ink ink, bool words) : ITranscriptFormat
{
    private const int LabelWidth = 12;

    public string Success(FileTranscript transcript)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{ink.Strong(transcript.File)}  {Seconds(transcript.Audio)}").Append('\n');
        if (transcript.Reference is not null) Line(text, "reference", transcript.Reference);
        Line(text, "draft", OrNothing(transcript.Draft));
        Line(text, "final", OrNothing(transcript.Final));
        if (WordDiff.Render(transcript.Draft, transcript.Final, ink) is { Length: > 0 } changes) Line(text, "changed", changes);
        if (transcript is { DraftErrors: { } before, FinalErrors: { } after }) Line(text, "WER", Improvement(before, after));
        Line(text, "adaptation", Adaptation(transcript));
        Line(text, "time", Time(transcript.Compute, transcript.Audio));
        if (transcript.Alternatives.Any(alternatives => alternatives.Count > 1)) AppendAlternatives(text, transcript);
        if (words) AppendWords(text, transcript);
        return text.Append('\n').ToString();
    }

    public string Failure(FileFailure failure) => $"attune: {failure.File}: {failure.Message}\n";

    public string Summary(Totals totals)
    {
        var text = new StringBuilder();
        var count = totals.Files == 1 ? "1 file" : Invariant($"{totals.Files} files");
        if (totals.Failed > 0) count += ink.Bad(Invariant($", {totals.Failed} failed"));
        text.Append(CultureInfo.InvariantCulture, $"{ink.Strong("Total")}  {count}").Append('\n');
        Line(text, "audio", Seconds(totals.Audio));
        Line(text, "time", Time(totals.Compute, totals.Audio));
        if (totals.References > 0)
        {
            var of = totals.References < totals.Files ? Invariant($", {totals.References} files with a reference") : "";
            Line(text, "WER", Improvement(totals.DraftErrors, totals.FinalErrors) + of);
        }

        return text.ToString();
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static string Seconds(TimeSpan time) => time < TimeSpan.FromMinutes(1)
        ? Invariant($"{time.TotalSeconds:0.0} s")
        : Invariant($"{(int)time.TotalHours}:{time.Minutes:00}:{time.Seconds:00} h");

    private static string Time(TimeSpan compute, TimeSpan audio) =>
        Invariant($"{compute.TotalSeconds:0.00} s, {compute / audio:0.00} x real time");

    private static string Rate(ErrorRate errors) => Invariant($"{100 * errors.Rate:0.0} % ({errors.Errors}/{errors.ReferenceLength})");

    private static string Loss(double? loss) => loss is { } value && double.IsFinite(value) ? Invariant($"{value:0.0000}") : "not a number";

    private string OrNothing(string transcript) => transcript.Length > 0 ? transcript : ink.Faint("(nothing)");

    private string Improvement(ErrorRate before, ErrorRate after)
    {
        var rate = Rate(after);
        var shown = after.Errors < before.Errors ? ink.Good(rate) : after.Errors > before.Errors ? ink.Bad(rate) : rate;
        return $"{Rate(before)} -> {shown}";
    }

    private void Line(StringBuilder text, string label, string value) =>
        text.Append("  ").Append(ink.Faint(label.PadRight(LabelWidth))).Append(value).Append('\n');

    private void AppendAlternatives(StringBuilder text, FileTranscript transcript)
    {
        foreach (var alternatives in transcript.Alternatives)
        {
            var label = "n-best";
            foreach (var alternative in alternatives)
            {
                Line(text, label, Invariant($"{alternative.Score,8:0.00}  {OrNothing(alternative.Transcript.Text)}"));
                label = "";
            }
        }
    }

    private void AppendWords(StringBuilder text, FileTranscript transcript)
    {
        var label = "words";
        foreach (var word in transcript.Words)
        {
            Line(text, label, Invariant($"{word.Start.TotalSeconds,7:0.00} - {word.End.TotalSeconds,7:0.00} s  {word.Confidence:0.00}  {word.Text}"));
            label = "";
        }
    }

    private static string Adaptation(FileTranscript transcript)
    {
        var reports = transcript.Utterances.Select(utterance => utterance.Adaptation).ToArray();
        var outcomes = reports.GroupBy(report => report.Outcome)
            .Select(group => reports.Length == 1 ? Say(group.Key) : Invariant($"{Say(group.Key)} ({group.Count()} of {reports.Length} utterances)"));
        var text = string.Join("; ", outcomes);
        if (transcript.Steps == 0) return text;
        text += Invariant($", {transcript.Steps} {(transcript.Steps == 1 ? "step" : "steps")}");
        if (reports.Any(report => report.StoppedByBudget)) text += " (budget spent)";
        return $"{text}, loss {Loss(transcript.LossBefore)} -> {Loss(transcript.LossAfter)}";
    }

    private static string Say(AdaptationOutcome outcome) => outcome switch
    {
        AdaptationOutcome.Adapted => "adapted",
        AdaptationOutcome.NotRequested => "none",
        AdaptationOutcome.DraftAllBlank => "none: the draft is all blank",
        AdaptationOutcome.Collapsed => "refused: the adapted model stopped listening",
        AdaptationOutcome.Diverged => "refused: the loss rose",
        AdaptationOutcome.BudgetSpent => "none: no step fitted into the budget",
        AdaptationOutcome.Overloaded => "none: too much was waiting",
        AdaptationOutcome.QuotaSpent => "none: the quota was used up",
        _ => outcome.ToString(),
    };
}
