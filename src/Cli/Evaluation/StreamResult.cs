using Attune.Evaluation.Scenarios;
using Attune.Evaluation.Scoring;
using Attune.Evaluation.Statistics;

namespace Attune.Cli.Evaluation;

/// <summary>What a strategy made of a stream, with its errors counted.</summary>
internal sealed class StreamResult
{
    private readonly IReadOnlyList<UtteranceResult> _results;

    /// <param name="stream">The stream.</param>
    /// <param name="strategy">The strategy.</param>
    /// <param name="results">One for each of the stream's positions, in order.</param>
    /// <param name="heldOut">One for each of the positions that are held out, in order.</param>
    /// <param name="sampleRateHz">Rate of the recordings.</param>
    public StreamResult(
        PlannedStream stream,
        StrategyArgument strategy,
        IReadOnlyList<UtteranceResult> results,
        IReadOnlyList<UtteranceResult> heldOut,
        int sampleRateHz)
    {
        Stream = stream;
        Strategy = strategy;
        _results = results;
        Utterances = [.. stream.Positions.Zip(results, (position, result) => Score(stream, position, result))];
        HeldOut = [.. stream.HeldOut.Zip(heldOut, (position, result) => Score(stream, position, result))];
        Total = GroupScore.Of("all", Utterances);
        Audio = TimeSpan.FromSeconds(stream.Positions.Sum(position => (double)stream.RecordingOf(position).Samples.Length) / sampleRateHz);
    }

    /// <summary>The stream.</summary>
    public PlannedStream Stream { get; }

    /// <summary>The strategy.</summary>
    public StrategyArgument Strategy { get; }

    /// <summary>Its utterances in order.</summary>
    public IReadOnlyList<ScoredUtterance> Utterances { get; }

    /// <summary>What it made in the end, without fast update, of recordings that were not in the stream.</summary>
    public IReadOnlyList<ScoredUtterance> HeldOut { get; }

    /// <summary>What was recognised, in the same order as <see cref="Utterances"/>.</summary>
    public IReadOnlyList<UtteranceResult> Results => _results;

    /// <summary>Errors of all utterances.</summary>
    public GroupScore Total { get; }

    /// <summary>How long the utterances last together.</summary>
    public TimeSpan Audio { get; }

    /// <summary>Wall-clock seconds for each second of audio.</summary>
    public double ComputePerAudio => _results.Sum(result => result.ComputeS) / Audio.TotalSeconds;

    /// <summary>Processor seconds of all threads for each second of audio.</summary>
    public double CpuPerAudio => _results.Sum(result => result.CpuS) / Audio.TotalSeconds;

    /// <summary>Word errors beside those of another strategy on the same stream.</summary>
    public IReadOnlyList<PairedErrors> PairWith(StreamResult baseline) =>
    [
        .. Utterances.Zip(baseline.Utterances, (candidate, other) => new PairedErrors(
            candidate.Speaker, candidate.Recording, other.Words.Errors, candidate.Words.Errors, candidate.Words.ReferenceLength)),
    ];

    private static ScoredUtterance Score(PlannedStream stream, StreamPosition position, UtteranceResult result)
    {
        var line = stream.RecordingOf(position).Source;
        return new ScoredUtterance(line.Name, line.Speaker, stream.ConditionOf(position), line.Text, result.Text);
    }
}
