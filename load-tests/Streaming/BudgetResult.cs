using System.Globalization;
using Attune.Evaluation.Statistics;

namespace Attune.Streaming;

/// <summary>What requests of one kind got.</summary>
/// <param name="Name">Of the kind.</param>
/// <param name="Requests">How many came.</param>
/// <param name="Latency">Milliseconds of answers.</param>
/// <param name="Drafts">Milliseconds of the drafts of others that came meanwhile.</param>
/// <param name="Errors">Words wrong in each answer.</param>
internal sealed record BudgetResult(string Name, int Requests, Distribution Latency, Distribution Drafts, IReadOnlyCollection<PairedErrors> Errors)
{
    public const string Header =
        "| adaptation | requests | within | latency, ms: p50 / p95 / p99 | draft, ms: p50 / p95 / p99 | adapted | steps, mean | WER, % | errors |\n|---|---|---|---|---|---|---|---|---|";

    /// <summary>Answers within the budget; null if there is none.</summary>
    public required int? Within { get; init; }

    /// <summary>Utterances in the answers.</summary>
    public required int Results { get; init; }

    /// <summary>Those of them that were adapted to.</summary>
    public required int Adapted { get; init; }

    /// <summary>Steps of an utterance.</summary>
    public required double MeanSteps { get; init; }

    /// <summary>Requests without an answer.</summary>
    public required int Failed { get; init; }

    /// <summary>Word error rate with its interval, a fraction.</summary>
    public RateDifference ErrorRate { get; } = new PairedBootstrap().Interval(Errors);

    /// <summary>A row of the table.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"| {Name} | {Requests} | {(Within is { } within ? Share(within, Requests) : "")} | {Latency} | {Drafts} | {Share(Adapted, Results)} | {MeanSteps:0.0} | {100 * ErrorRate.Difference:0.0} ({100 * ErrorRate.Low:0.0} to {100 * ErrorRate.High:0.0}) | {Failed} |");

    private static string Share(int part, int whole) => whole == 0 ? "" : FormattableString.Invariant($"{100.0 * part / whole:0.0} %");
}
