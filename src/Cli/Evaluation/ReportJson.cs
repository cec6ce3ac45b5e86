using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Attune.Evaluation;
using Attune.Evaluation.Scoring;
using Attune.Evaluation.Statistics;

namespace Attune.Cli.Evaluation;

/// <summary>The report for programs: one JSON object.</summary>
internal static class ReportJson
{
    // Apostrophes and letters beyond ASCII stay readable: the file is UTF-8 and no part of a web page.
    private static readonly ReportJsonContext Json = new(new JsonSerializerOptions(ReportJsonContext.Default.Options)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    public static string Render(EvalReport report) => JsonSerializer.Serialize(
        new JsonReport(
            report.ModelName,
            report.ModelSha256,
            Path.GetFileName(report.Settings.Manifest),
            report.Recordings,
            report.Settings.Seed,
            report.Bootstrap.Confidence,
            [.. report.Results.Select(result => Result(report, result))],
            [.. report.Orderings.Select(Ordering)]),
        Json.JsonReport) + "\n";

    private static JsonResult Result(EvalReport report, StreamResult result)
    {
        var total = result.Total;
        return new JsonResult(
            result.Strategy.Label,
            result.Stream.Name,
            Round(total.Words.ErrorRate.Rate),
            Round(total.Characters.ErrorRate.Rate),
            total.Utterances,
            Round(result.ComputePerAudio),
            Round(result.CpuPerAudio),
            Round(result.Audio.TotalSeconds),
            Interval(report.Interval(result)),
            report.Find(result.Stream, StrategyKind.None.Name) is { } source && source != result ? Difference(report.Compare(result, source)) : null,
            Counts(total.Words),
            Counts(total.Characters),
            Round(result.Results.Average(utterance => utterance.Steps)),
            result.Results.GroupBy(utterance => utterance.Outcome).OrderBy(group => group.Key, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.Count()),
            [.. result.Results.Where(utterance => utterance.IsReset).Select(utterance => utterance.Position)],
            report.Scorecard(result) is { } card ? Scorecard(card) : null,
            [.. GroupScore.By(result.Utterances, utterance => utterance.Speaker).Select(Group)],
            [.. GroupScore.By(result.Utterances, utterance => utterance.Condition).Select(Group)],
            [.. WorstUtterances.Of(result, report.Settings.Worst).Select(Worst)]);
    }

    private static JsonOrdering Ordering(OrderingResult result) => new(
        result.Ordering.Claim,
        result.Ordering.Candidate,
        result.Ordering.Baseline,
        result.Scenario,
        ReportTables.Verdict(result.Verdict),
        Difference(result.Difference));

    private static JsonScorecard Scorecard(LifelongScorecard card) => new(
        Round(card.Reliability), Round(card.Generality), Round(card.Locality), Round(card.Score));

    private static JsonInterval Interval(RateDifference interval) => new(
        Round(interval.Low), Round(interval.High), Unit(interval), interval.Clusters);

    private static JsonDifference Difference(RateDifference difference) => new(
        Round(difference.Difference), Round(difference.Low), Round(difference.High), Unit(difference), difference.Clusters);

    private static string Unit(RateDifference interval) => interval.ResampledBy == ResamplingUnit.Speaker ? "speaker" : "recording";

    private static JsonCounts Counts(EditCounts counts) => new(
        counts.Errors, counts.ReferenceLength, counts.Substitutions, counts.Insertions, counts.Deletions);

    private static JsonGroup Group(GroupScore group) => new(
        group.Name, group.Utterances, Round(group.Words.ErrorRate.Rate), Round(group.Characters.ErrorRate.Rate), Counts(group.Words));

    private static JsonWorst Worst(WorstUtterance worst) => new(
        worst.Position,
        worst.Utterance.Recording,
        worst.Utterance.Condition,
        Round(worst.Utterance.Words.ErrorRate.Rate),
        string.Join(' ', worst.Utterance.Alignment.Operations.Select(operation => operation.Reference).OfType<string>()),
        string.Join(' ', worst.Utterance.Alignment.Operations.Select(operation => operation.Hypothesis).OfType<string>()),
        [.. worst.Utterance.Alignment.Operations.Select(operation => new JsonEdit(
            operation.Kind.ToString().ToLowerInvariant(), operation.Reference, operation.Hypothesis))]);

    private static double Round(double value) => Math.Round(value, 6);
}

/// <summary>The report. The names, in snake case, are what programs read: they stay.</summary>
internal sealed record JsonReport(
    string Model, string ModelSha256, string Manifest, int Recordings, int Seed, double Confidence,
    IReadOnlyList<JsonResult> Results, IReadOnlyList<JsonOrdering> Orderings);

/// <summary>What the evaluation says about a claim of the literature; no scenario means all streams together.</summary>
internal sealed record JsonOrdering(string Claim, string Candidate, string Baseline, string? Scenario, string Verdict, JsonDifference Wer);

/// <summary>The three questions of lifelong learning, from 0 to 1, and their harmonic mean.</summary>
internal sealed record JsonScorecard(double Reliability, double Generality, double Locality, double Score);

/// <summary>A strategy on a stream. Rates are fractions.</summary>
internal sealed record JsonResult(
    string Strategy,
    string Scenario,
    double Wer,
    double Cer,
    int Utterances,
    double ComputeSPerAudioS,
    double CpuSPerAudioS,
    double AudioS,
    JsonInterval WerInterval,
    JsonDifference? WerMinusNone,
    JsonCounts Words,
    JsonCounts Characters,
    double StepsPerUtterance,
    IReadOnlyDictionary<string, int> Outcomes,
    IReadOnlyList<int> Resets,
    JsonScorecard? Scorecard,
    IReadOnlyList<JsonGroup> BySpeaker,
    IReadOnlyList<JsonGroup> ByNoise,
    IReadOnlyList<JsonWorst> Worst);

/// <summary>Bounds of an interval, and what was drawn for it.</summary>
internal sealed record JsonInterval(double Low, double High, string ResampledBy, int Clusters);

/// <summary>A difference of word error rates with its interval.</summary>
internal sealed record JsonDifference(double Difference, double Low, double High, string ResampledBy, int Clusters);

/// <summary>Edits by kind.</summary>
internal sealed record JsonCounts(long Errors, long Reference, long Substitutions, long Insertions, long Deletions);

/// <summary>Utterances that have something in common.</summary>
internal sealed record JsonGroup(string Name, int Utterances, double Wer, double Cer, JsonCounts Words);

/// <summary>An utterance with many errors, word by word.</summary>
internal sealed record JsonWorst(
    int Position, string Recording, string Noise, double Wer, string Reference, string Hypothesis, IReadOnlyList<JsonEdit> Alignment);

/// <summary>One step of an alignment.</summary>
internal sealed record JsonEdit(string Kind, string? Reference, string? Hypothesis);

/// <summary>Serialisers made when the program is compiled.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(JsonReport))]
internal sealed partial class ReportJsonContext : JsonSerializerContext;
