using Attune.Evaluation;
using Attune.Evaluation.Scoring;
using Attune.Evaluation.Statistics;
using Attune.Recognition.Models;

namespace Attune.Cli.Evaluation;

/// <summary>Everything that an evaluation found; the outputs are made from it.</summary>
internal sealed class EvalReport(EvalSettings settings, Model model, EvalPlan plan, IReadOnlyList<StreamResult> results)
{
    private readonly Dictionary<StreamResult, RateDifference> _intervals = [];
    private IReadOnlyList<OrderingResult>? _orderings;

    /// <summary>Makes intervals.</summary>
    public PairedBootstrap Bootstrap { get; } = new(settings.Draws, seed: settings.Seed);

    /// <summary>What was asked for.</summary>
    public EvalSettings Settings => settings;

    /// <summary>Name of the model.</summary>
    public string ModelName => model.Name;

    /// <summary>SHA-256 of its weights.</summary>
    public string ModelSha256 { get; } = model.Sha256;

    /// <summary>Number of recordings.</summary>
    public int Recordings => plan.Recordings;

    /// <summary>Stream by stream, and in each strategy by strategy.</summary>
    public IReadOnlyList<StreamResult> Results => results;

    /// <summary>What it says about the literature's claims.</summary>
    public IReadOnlyList<OrderingResult> Orderings => _orderings ??= OrderingResult.Of(this);

    /// <summary>The streams, in order.</summary>
    public IReadOnlyList<PlannedStream> Streams => plan.Streams;

    /// <summary>The result of a strategy on the same stream; null if it was not run.</summary>
    public StreamResult? Find(PlannedStream stream, string strategy) =>
        results.FirstOrDefault(result => result.Stream == stream && result.Strategy.Label == strategy);

    /// <summary>The same by the name of the strategy's kind; of several with settings of their own the first.</summary>
    public StreamResult? FindKind(PlannedStream stream, string kind) =>
        results.FirstOrDefault(result => result.Stream == stream && result.Strategy.Kind.Name == kind);

    /// <summary>Interval of a result's word error rate.</summary>
    public RateDifference Interval(StreamResult result) => _intervals.TryGetValue(result, out var interval)
        ? interval
        : _intervals[result] = Bootstrap.Interval(result.PairWith(result));

    /// <summary>Difference from another strategy's word error rate on the same stream.</summary>
    public RateDifference Compare(StreamResult result, StreamResult baseline) => Bootstrap.Compare(result.PairWith(baseline));

    /// <summary>The lifelong scorecard of a result; null without held-out recordings, or without the model as it is to compare with.</summary>
    public LifelongScorecard? Scorecard(StreamResult result) =>
        result.HeldOut.Count > 0 && Find(result.Stream, StrategyKind.None.Name) is { } source
            ? ScorecardOf(source, result)
            : null;

    private static LifelongScorecard ScorecardOf(StreamResult source, StreamResult result)
    {
        var conditions = result.HeldOut.Zip(source.HeldOut).GroupBy(pair => pair.First.Condition).ToList();
        var last = conditions.Single(group => group.Key == result.Stream.LastCondition).ToList();
        ErrorRate Errors(Func<(ScoredUtterance First, ScoredUtterance Second), ScoredUtterance> which) =>
            last.Select(pair => which(pair).Words.ErrorRate).Aggregate((left, right) => left + right);
        return new LifelongScorecard(
            LifelongScorecard.Improvement(source.Total.Words.ErrorRate, result.Total.Words.ErrorRate),
            LifelongScorecard.Improvement(Errors(pair => pair.Second), Errors(pair => pair.First)),
            conditions
                .Where(group => result.Stream.GuardConditions.Contains(group.Key))
                .Min(group => group.Average(pair => LifelongScorecard.Similarity(pair.Second.Hypothesis, pair.First.Hypothesis))));
    }
}
