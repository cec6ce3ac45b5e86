using System.Diagnostics;
using System.Globalization;
using Attune.V1;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using static TorchSharp.torch;

namespace Attune.Streaming;

/// <summary>Many short streams, then a long one, and what the process with client and server holds meanwhile.</summary>
/// <param name="server">In this process.</param>
/// <param name="audio">16-bit samples at 16 kHz.</param>
/// <param name="steps">On each utterance.</param>
/// <param name="report">Receives the rows.</param>
internal sealed class SoakTest(Uri server, byte[] audio, int steps, Report report)
{
    public const string Method =
        "Client and server in one process. *resident*: its resident memory. *managed*: what the collector holds, garbage included. *live tensors*: of libtorch, between the streams; a long stream may have an utterance's own "
        + "at work when they are counted. Short streams begin at different places of the samples that ship and so have utterances of different lengths.";

    public const string Header = "| what | done | seconds | resident, MB | managed, MB | live tensors |\n|---|---|---|---|---|---|";

    private const int Rate = Recordings.SampleRateHz;
    private const int ChunkBytes = Rate / 5 * 2;

    /// <summary>Short streams, some at a time; a row every tenth of them.</summary>
    public async Task RunShortAsync(int streams, int concurrent, TimeSpan length)
    {
        using var channel = GrpcChannel.ForAddress(server);
        var client = new Speech.SpeechClient(channel);
        var started = Stopwatch.GetTimestamp();
        for (var tenth = 0; tenth < 10; tenth++)
        {
            var (from, to) = ((int)((long)streams * tenth / 10), (int)((long)streams * (tenth + 1) / 10));
            await Parallel.ForEachAsync(
                Enumerable.Range(from, to - from),
                new ParallelOptions { MaxDegreeOfParallelism = concurrent },
                async (stream, _) => await StreamAsync(client, stream * 7919L * ChunkBytes, length));
            AddRow($"streams of {length.TotalSeconds:0.#} s, {concurrent} at a time", to.ToString(CultureInfo.InvariantCulture), started);
        }
    }

    /// <summary>One stream of so much audio, sent as fast as the server takes it; a row every tenth of it.</summary>
    public async Task RunLongAsync(TimeSpan length)
    {
        using var channel = GrpcChannel.ForAddress(server);
        var started = Stopwatch.GetTimestamp();
        var next = 1;
        await StreamAsync(new Speech.SpeechClient(channel), 0, length, processed =>
        {
            if (processed < length * next / 10) return;
            AddRow("one stream", $"{processed.TotalMinutes:0.#} min", started);
            next++;
        });
    }

    private void AddRow(string what, string done, long started) => report.Add(string.Create(
        CultureInfo.InvariantCulture,
        $"| {what} | {done} | {Stopwatch.GetElapsedTime(started).TotalSeconds:0} | {Environment.WorkingSet / 1e6:0} | {GC.GetTotalMemory(forceFullCollection: false) / 1e6:0} | {Tensor.TotalCount} |"));

    private async Task StreamAsync(Speech.SpeechClient client, long begin, TimeSpan length, Action<TimeSpan>? processed = null)
    {
        using var call = client.StreamingRecognize();
        await call.RequestStream.WriteAsync(new StreamingRecognizeRequest
        {
            StreamingConfig = new StreamingRecognitionConfig
            {
                Config = new RecognitionConfig
                {
                    Encoding = AudioEncoding.Linear16,
                    SampleRateHertz = Rate,
                    Adaptation = new AdaptationConfig { Steps = steps },
                },
                InterimResults = true,
            },
        });
        var reading = ReadAsync(call.ResponseStream, processed);
        var bytes = (long)(length.TotalSeconds * Rate) * 2;
        for (var sent = 0L; sent < bytes; sent += ChunkBytes)
        {
            var from = (int)((begin + sent) % (audio.Length - ChunkBytes)) & ~1;
            await call.RequestStream.WriteAsync(new StreamingRecognizeRequest { Audio = UnsafeByteOperations.UnsafeWrap(audio.AsMemory(from, ChunkBytes)) });
        }

        await call.RequestStream.CompleteAsync();
        await reading;
    }

    private static async Task ReadAsync(IAsyncStreamReader<StreamingRecognizeResponse> responses, Action<TimeSpan>? processed)
    {
        await foreach (var response in responses.ReadAllAsync()) processed?.Invoke(response.AudioProcessed.ToTimeSpan());
    }
}
