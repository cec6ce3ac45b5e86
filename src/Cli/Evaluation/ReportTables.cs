using System.Globalization;
using Attune.Evaluation.Scoring;
using Attune.Evaluation.Statistics;

namespace Attune.Cli.Evaluation;

/// <summary>The report's tables.</summary>
internal static class ReportTables
{
    /// <summary>Word error rates: a row for each stream, a column for each strategy.</summary>
    public static Table ErrorRates(EvalReport report)
    {
        var strategies = report.Settings.Strategies.Select(strategy => strategy.Label).ToList();
        return new(
            "Word error rate (%)",
            ["scenario", "utterances", .. strategies],
            [
                .. report.Streams.Select(stream => (IReadOnlyList<string>)
                [
                    stream.Name,
                    Number(stream.Positions.Count),
                    .. strategies.Select(strategy => report.Find(stream, strategy) is { } result ? Percent(result.Total.Words.ErrorRate.Rate) : ""),
                ]),
            ]);
    }

    /// <summary>Every result in full: a row for each strategy on each stream.</summary>
    public static Table Results(EvalReport report) => new(
        "Results",
        ["scenario", "strategy", "WER %", "interval", "CER %", "sub", "ins", "del", "words", "minus none", "interval", "steps", "resets", "s/s", "cpu s/s"],
        [.. report.Results.Select(result => Result(report, result))]);

    /// <summary>What the literature claims: over all streams together, and how many streams confirm and refute it.</summary>
    public static Table Orderings(EvalReport report) => new(
        "What the literature claims",
        ["claim", "difference", "interval", "all together", "streams", "confirm", "refute", "leave it open"],
        [
            .. report.Orderings.GroupBy(result => result.Ordering).Select(group => (IReadOnlyList<string>)
            [
                group.Key.Claim,
                Percent(group.First().Difference.Difference),
                Interval(group.First().Difference),
                Verdict(group.First().Verdict),
                Number(group.Count() - 1),
                .. Enum.GetValues<OrderingVerdict>().Select(verdict => Number(group.Skip(1).Count(result => result.Verdict == verdict))),
            ]),
        ]);

    /// <summary>What a search with language changes: each strategy that has one against itself with the best path, over all streams together.</summary>
    public static Table Decoding(EvalReport report) => new(
        "What decoding adds",
        ["strategy", "best path", "this", "difference", "interval", "streams"],
        [
            .. report.Settings.Strategies
                .Where(strategy => strategy.Decoding is not null)
                .Select(strategy => (strategy, pairs: report.Streams
                    .Select(stream => (Candidate: report.Find(stream, strategy.Label), Baseline: report.Find(stream, strategy.PlainLabel)))
                    .Where(pair => pair.Candidate is not null && pair.Baseline is not null)
                    .ToList()))
                .Where(row => row.pairs.Count > 0)
                .Select(row => (row.strategy, row.pairs, errors: row.pairs.SelectMany(pair => pair.Candidate!.PairWith(pair.Baseline!)).ToList()))
                .Select(row => (row.strategy, row.pairs, row.errors, difference: report.Bootstrap.Compare(row.errors)))
                .Select(row => (IReadOnlyList<string>)
                [
                    row.strategy.Label,
                    Percent((double)row.errors.Sum(pair => pair.Baseline) / row.errors.Sum(pair => pair.ReferenceLength)),
                    Percent((double)row.errors.Sum(pair => pair.Candidate) / row.errors.Sum(pair => pair.ReferenceLength)),
                    Percent(row.difference.Difference),
                    Interval(row.difference),
                    Number(row.pairs.Count),
                ]),
        ]);

    /// <summary>Lifelong scorecards, in percent; no rows where none was asked for.</summary>
    public static Table Scorecards(EvalReport report) => new(
        "Lifelong scorecard",
        ["scenario", "strategy", "reliability", "generality", "locality", "score"],
        [
            .. report.Results
                .Select(result => (result, card: report.Scorecard(result)))
                .Where(pair => pair.card is not null)
                .Select(pair => (IReadOnlyList<string>)
                [
                    pair.result.Stream.Name,
                    pair.result.Strategy.Label,
                    Percent(pair.card!.Reliability),
                    Percent(pair.card.Generality),
                    Percent(pair.card.Locality),
                    Percent(pair.card.Score),
                ]),
        ]);

    /// <summary>Word error rates of each speaker, over all streams.</summary>
    public static Table Speakers(EvalReport report) => Breakdown(report, "Word error rate by speaker (%)", "speaker", utterance => utterance.Speaker);

    /// <summary>Word error rates in each noise, over all streams.</summary>
    public static Table Noises(EvalReport report) => Breakdown(report, "Word error rate by noise (%)", "noise", utterance => utterance.Condition);

    /// <summary>A fraction as percent.</summary>
    public static string Percent(double fraction) => (100 * fraction).ToString("0.0", CultureInfo.InvariantCulture);

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>A verdict in a word.</summary>
    public static string Verdict(OrderingVerdict verdict) => verdict.ToString().ToLowerInvariant();

    private static string Interval(RateDifference interval) => $"{Percent(interval.Low)} to {Percent(interval.High)}";

    private static IReadOnlyList<string> Result(EvalReport report, StreamResult result)
    {
        var words = result.Total.Words;
        var source = report.Find(result.Stream, StrategyKind.None.Name);
        var difference = source is null || source == result ? null : report.Compare(result, source);
        return
        [
            result.Stream.Name,
            result.Strategy.Label,
            Percent(words.ErrorRate.Rate),
            Interval(report.Interval(result)),
            Percent(result.Total.Characters.ErrorRate.Rate),
            Number(words.Substitutions),
            Number(words.Insertions),
            Number(words.Deletions),
            Number(words.ReferenceLength),
            difference is null ? "" : Percent(difference.Difference),
            difference is null ? "" : Interval(difference),
            result.Results.Average(utterance => utterance.Steps).ToString("0.#", CultureInfo.InvariantCulture),
            Number(result.Results.Count(utterance => utterance.IsReset)),
            result.ComputePerAudio.ToString("0.000", CultureInfo.InvariantCulture),
            result.CpuPerAudio.ToString("0.000", CultureInfo.InvariantCulture),
        ];
    }

    private static Table Breakdown(EvalReport report, string title, string what, Func<ScoredUtterance, string?> key)
    {
        var strategies = report.Settings.Strategies.Select(strategy => strategy.Label).ToList();
        var groups = strategies.Select(strategy => GroupScore
            .By(report.Results.Where(result => result.Strategy.Label == strategy).SelectMany(result => result.Utterances), key)
            .ToDictionary(group => group.Name)).ToList();
        return new(
            title,
            [what, "utterances", .. strategies],
            [
                .. groups[0].Values.Select(group => (IReadOnlyList<string>)
                [
                    group.Name,
                    Number(group.Utterances),
                    .. groups.Select(byName => Percent(byName[group.Name].Words.ErrorRate.Rate)),
                ]),
            ]);
    }
}
