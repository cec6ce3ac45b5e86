using System.Collections.Concurrent;
using System.Globalization;
using Attune.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Net.Client;

namespace Attune.Streaming;

/// <summary>How long results take behind the audio that they need, with streams that send as fast as they sound.</summary>
/// <param name="server">Its address.</param>
/// <param name="audio">16-bit samples at 16 kHz.</param>
/// <param name="duration">Of each stream.</param>
/// <param name="runs">Of each row.</param>
internal sealed class LatencyBenchmark(Uri server, byte[] audio, TimeSpan duration, int runs)
{
    public const string Method =
        "Milliseconds from the time at which the newest audio that a result needs was due to the result's arrival, p50 / p95 / p99 over all runs. Of an interim result that is the audio "
        + "it hears; of draft and final the audio that made the utterance end, 0.8 s of pause behind its last word included. In brackets the lowest and the highest median of a run. Streams "
        + "send pieces of 100 ms as fast as they sound and begin at different places of the samples that ship; client and server share the cores. *sent late*: how much later than due "
        + "a piece could be sent, p99; more than some milliseconds means that the server holds its clients back because it cannot keep up.";

    public const string Header =
        "| streams | adaptation | interim, ms | draft, ms | final, ms | finals | of these adapted | sent late, ms |\n|---|---|---|---|---|---|---|---|";

    /// <summary>A row of the table.</summary>
    /// <exception cref="InvalidOperationException">There was no final.</exception>
    public async Task<string> MeasureAsync(int streams, int steps, TimeSpan? budget)
    {
        var adapting = new AdaptationConfig { Steps = steps, LatencyBudget = budget?.ToDuration() };
        var measured = new List<Latency[]>();
        for (var run = 0; run < runs; run++) measured.Add(await RunAsync(streams, adapting));

        var finals = measured.SelectMany(run => run).Where(latency => latency.What == Observation.Final).ToArray();
        if (finals.Length == 0) throw new InvalidOperationException("No final came. The streams must be longer than an utterance: give more --seconds.");
        var adaptation = steps == 0 ? "none" : budget is { } limit ? $"{steps} steps, budget {limit.TotalSeconds:0.#} s" : $"{steps} steps";
        var late = Values(measured.SelectMany(run => run), Observation.SentLate).At(0.99);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"| {streams} | {adaptation} | {Cell(measured, Observation.Interim)} | {Cell(measured, Observation.Draft)} | {Cell(measured, Observation.Final)} | {finals.Length} | {finals.Count(final => final.Adapted)} | {late:0} |");
    }

    /// <summary>All streams once, from their first piece to their last answer.</summary>
    public async Task<Latency[]> RunAsync(int streams, AdaptationConfig adaptation)
    {
        using var channel = GrpcChannel.ForAddress(server);
        var latencies = new ConcurrentBag<Latency>();
        await Task.WhenAll(Enumerable.Range(0, streams).Select(stream =>
            new PacedStream(new Speech.SpeechClient(channel), Config(adaptation), audio, latencies).RunAsync((double)stream / streams, duration)));
        return [.. latencies];
    }

    /// <summary>The times of one kind.</summary>
    public static Distribution Values(IEnumerable<Latency> latencies, Observation what) =>
        new(latencies.Where(latency => latency.What == what).Select(latency => latency.Milliseconds));

    private static string Cell(List<Latency[]> runs, Observation what)
    {
        var medians = runs.Select(run => Values(run, what)).Where(values => values.Count > 0).Select(values => values.At(0.5)).ToArray();
        if (medians.Length == 0) return "";
        return string.Create(CultureInfo.InvariantCulture, $"{Values(runs.SelectMany(run => run), what)} ({medians.Min():0}, {medians.Max():0})");
    }

    private static StreamingRecognitionConfig Config(AdaptationConfig adaptation) => new()
    {
        Config = new RecognitionConfig { Encoding = AudioEncoding.Linear16, SampleRateHertz = Recordings.SampleRateHz, Adaptation = adaptation },
        InterimResults = true,
    };
}
