using Attune.Evaluation.Statistics;
using Attune.Recognition.Models;

namespace Attune.Cli.Evaluation;

/// <summary>Everything that an evaluation found; the outputs are made from it.</summary>
internal sealed class EvalReport(EvalSettings settings, Model model, EvalPlan plan, IReadOnlyList<StreamResult> results)
{
    private readonly PairedBootstrap _bootstrap = new(settings.Draws, seed: settings.Seed);

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

    /// <summary>Share of bootstrap samples within an interval.</summary>
    public double Confidence => _bootstrap.Confidence;

    /// <summary>The streams, in order.</summary>
    public IReadOnlyList<PlannedStream> Streams => plan.Streams;

    /// <summary>The result of a strategy on the same stream; null if it was not run.</summary>
    public StreamResult? Find(PlannedStream stream, string strategy) =>
        results.FirstOrDefault(result => result.Stream == stream && result.Strategy.Label == strategy);

    /// <summary>Interval of a result's word error rate.</summary>
    public RateDifference Interval(StreamResult result) => _bootstrap.Interval(result.PairWith(result));

    /// <summary>Difference from another strategy's word error rate on the same stream.</summary>
    public RateDifference Compare(StreamResult result, StreamResult baseline) => _bootstrap.Compare(result.PairWith(baseline));
}
