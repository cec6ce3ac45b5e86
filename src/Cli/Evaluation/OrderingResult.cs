using Attune.Evaluation.Statistics;

namespace Attune.Cli.Evaluation;

/// <summary>What an evaluation says about a claim.</summary>
/// <param name="Ordering">The claim.</param>
/// <param name="Scenario">The stream's name; null for all streams together.</param>
/// <param name="Difference">Word error rate of the claim's candidate less that of its baseline.</param>
internal sealed record OrderingResult(Ordering Ordering, string? Scenario, RateDifference Difference)
{
    /// <summary>Whether it holds here.</summary>
    public OrderingVerdict Verdict => Ordering.Judge(Difference);

    /// <summary>The claims whose strategies were both run: each over all streams together, then stream by stream.</summary>
    public static IReadOnlyList<OrderingResult> Of(EvalReport report) => [.. Ordering.All.SelectMany(ordering => Of(report, ordering))];

    private static IEnumerable<OrderingResult> Of(EvalReport report, Ordering ordering)
    {
        var pairs = report.Streams
            .Select(stream => (stream.Name, Candidate: report.FindKind(stream, ordering.Candidate), Baseline: report.FindKind(stream, ordering.Baseline)))
            .Where(pair => pair.Candidate is not null && pair.Baseline is not null)
            .Select(pair => (pair.Name, Errors: pair.Candidate!.PairWith(pair.Baseline!)))
            .Select(pair => (pair.Name, Errors: pair.Errors.Skip((int)(ordering.From * pair.Errors.Count)).ToList()))
            .ToList();
        if (pairs.Count == 0) yield break;
        yield return new OrderingResult(ordering, null, report.Bootstrap.Compare([.. pairs.SelectMany(pair => pair.Errors)]));
        foreach (var (name, errors) in pairs) yield return new OrderingResult(ordering, name, report.Bootstrap.Compare(errors));
    }
}
