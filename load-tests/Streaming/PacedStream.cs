using System.Collections.Concurrent;
using System.Diagnostics;
using Attune.V1;
using Google.Protobuf;
using Grpc.Core;

namespace Attune.Streaming;

/// <summary>A result that came, or a piece of audio that went.</summary>
internal enum Observation
{
    Interim,
    Draft,
    Final,

    /// <summary>A piece was sent so much later than it was due.</summary>
    SentLate,
}

/// <summary>Something that took time.</summary>
/// <param name="What">Which kind.</param>
/// <param name="Milliseconds">Since the audio that it needs was due.</param>
/// <param name="Adapted">Of finals: whether a step was run.</param>
internal readonly record struct Latency(Observation What, double Milliseconds, bool Adapted);

/// <summary>One stream that sends its audio as fast as it sounds, in pieces of 100 ms, and times the answers.</summary>
/// <remarks>
/// Open loop: times count from when the audio was due, not from when the server let it be sent, so that a server which holds its clients back does not look fast.
/// </remarks>
/// <param name="client">Of the server.</param>
/// <param name="config">First message.</param>
/// <param name="audio">16-bit samples at 16 kHz, again and again.</param>
/// <param name="latencies">Receives what was timed.</param>
internal sealed class PacedStream(
    Speech.SpeechClient client, StreamingRecognitionConfig config, byte[] audio, ConcurrentBag<Latency> latencies)
{
    private const int ChunkMs = 100;
    private const int ChunkBytes = Recordings.SampleRateHz / 1000 * ChunkMs * 2;

    private long[] _due = [];

    /// <summary>Runs to its last answer.</summary>
    /// <param name="phase">From 0 to 1: how far into the audio, and into a piece, the stream begins.</param>
    /// <param name="duration">Of its audio.</param>
    public async Task RunAsync(double phase, TimeSpan duration)
    {
        var chunks = (int)(duration.TotalMilliseconds / ChunkMs);
        _due = new long[chunks];
        using var call = client.StreamingRecognize();
        await call.RequestStream.WriteAsync(new StreamingRecognizeRequest { StreamingConfig = config });
        var reading = ReadAsync(call.ResponseStream);
        var whole = audio.Length / ChunkBytes;
        var first = (int)(whole * phase);
        var started = Stopwatch.GetTimestamp();
        for (var chunk = 0; chunk < chunks; chunk++)
        {
            var due = TimeSpan.FromMilliseconds(ChunkMs * (chunk + 1 + phase));
            var wait = due - Stopwatch.GetElapsedTime(started);
            if (wait > TimeSpan.Zero) await Task.Delay(wait);
            Volatile.Write(ref _due[chunk], started + (long)(due.TotalSeconds * Stopwatch.Frequency));
            var from = (first + chunk) % whole * ChunkBytes;
            await call.RequestStream.WriteAsync(new StreamingRecognizeRequest { Audio = UnsafeByteOperations.UnsafeWrap(audio.AsMemory(from, ChunkBytes)) });
            Add(Observation.SentLate, chunk, adapted: false);
        }

        await call.RequestStream.CompleteAsync();
        await reading;
    }

    private async Task ReadAsync(IAsyncStreamReader<StreamingRecognizeResponse> responses)
    {
        await foreach (var response in responses.ReadAllAsync())
        {
            foreach (var result in response.Results)
            {
                // What an interim result heard ends at its end time; an utterance had ended with the audio that was processed then.
                var needed = (result.IsFinal || result.IsDraft ? response.AudioProcessed : result.EndTime).ToTimeSpan();
                var chunk = Math.Clamp((int)Math.Ceiling(needed.TotalMilliseconds / ChunkMs) - 1, 0, _due.Length - 1);
                var what = result.IsFinal ? Observation.Final : result.IsDraft ? Observation.Draft : Observation.Interim;
                Add(what, chunk, result.IsFinal && result.Adaptation.Outcome == AdaptationReport.Types.Outcome.Adapted);
            }
        }
    }

    private void Add(Observation what, int chunk, bool adapted) =>
        latencies.Add(new Latency(what, Stopwatch.GetElapsedTime(Volatile.Read(ref _due[chunk])).TotalMilliseconds, adapted));
}
