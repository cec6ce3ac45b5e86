using System.Buffers.Binary;
using Attune.Recognition.Audio;
using Attune.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using AudioEncoding = Attune.V1.AudioEncoding;

namespace Attune.Cli.Listening;

/// <summary>One run of <c>attune listen</c>.</summary>
/// <remarks>(1) find the audio; (2) open the stream; (3) send and show side by side until both ends are reached.</remarks>
internal sealed class ListenRun(ListenSettings settings, ListenScreen screen, TextWriter error, TimeProvider time)
{
    private readonly AudioDecoder _decoder = new(
        new AudioOptions { MaxDuration = TimeSpan.FromDays(1), DecoderTimeout = TimeSpan.FromHours(1) });

    /// <summary>Runs to the end of the audio, or until interrupted.</summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var channel = settings.Server.Open(error);
            var client = new Speech.SpeechClient(channel);
            return settings.File is { } file
                ? await SendFileAsync(client, file, cancellationToken)
                : await SendMicrophoneAsync(client, cancellationToken);
        }
        catch (Exception exception) when (exception is AudioException or IOException or UnauthorizedAccessException)
        {
            await error.WriteLineAsync($"attune: {settings.File}: {exception.Message}");
            return ExitCode.RunFailed;
        }
        catch (RpcException exception) when (cancellationToken.IsCancellationRequested && exception.StatusCode == StatusCode.Cancelled)
        {
            return ExitCode.Interrupted;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ExitCode.Interrupted;
        }
        catch (RpcException exception) when (ServerConnection.IsUnreachable(exception))
        {
            await error.WriteLineAsync($"attune: The server {settings.Server.Address} cannot be reached or is stopping: {exception.Status.Detail} Start it with 'attune serve'.");
            return ExitCode.CannotRun;
        }
        catch (RpcException exception)
        {
            await error.WriteLineAsync($"attune: The server ended the stream: {exception.StatusCode}: {exception.Status.Detail}{ServerConnection.HintFor(exception)}");
            return ExitCode.RunFailed;
        }
    }

    private async Task<int> SendFileAsync(Speech.SpeechClient client, string file, CancellationToken cancellationToken)
    {
        var bytes = await File.ReadAllBytesAsync(file, cancellationToken);
        var model = await client.GetModelAsync(new GetModelRequest(), cancellationToken: cancellationToken);
        var waveform = await _decoder.DecodeAsync(bytes, rawFormat: null, model.SampleRateHertz, cancellationToken);
        using var call = client.StreamingRecognize(cancellationToken: cancellationToken);
        await ConfigureAsync(call, AudioEncoding.Float32, waveform.SampleRateHz);
        return await RunAsync(call, () => SendAsync(call, waveform, cancellationToken), cancellationToken);
    }

    private async Task<int> SendMicrophoneAsync(Speech.SpeechClient client, CancellationToken cancellationToken)
    {
        using var recorder = Recorder.Start(Environment.GetEnvironmentVariable("PATH") ?? "");
        if (recorder is null)
        {
            await error.WriteLineAsync(
                "attune: The microphone needs arecord, parec or ffmpeg, and none is installed. Install alsa-utils, or give a file.");
            return ExitCode.CannotRun;
        }

        using var call = client.StreamingRecognize(cancellationToken: CancellationToken.None);
        await ConfigureAsync(call, AudioEncoding.Linear16, Recorder.SampleRateHz);
        string? problem = null;
        var status = await RunAsync(call, Send, cancellationToken);
        if (problem is null) return status;
        await error.WriteLineAsync($"attune: The microphone cannot be read: {problem}. Give a file, or check the recorder.");
        return ExitCode.CannotRun;

        async Task Send()
        {
            var chunk = new byte[Math.Max(2, (int)(settings.Chunk.TotalSeconds * Recorder.SampleRateHz) * 2)];
            try
            {
                int read;
                while ((read = await recorder.Output.ReadAtLeastAsync(chunk, chunk.Length, throwOnEndOfStream: false, cancellationToken)) > 0)
                    await WriteAsync(call, chunk.AsMemory(0, read).ToArray());
                problem = await recorder.ProblemAsync();
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                // Ctrl-C ends the microphone; what was said by then is answered.
            }
        }
    }

    private async Task<int> RunAsync(
        AsyncDuplexStreamingCall<StreamingRecognizeRequest, StreamingRecognizeResponse> call, Func<Task> send, CancellationToken cancellationToken)
    {
        var sending = SendToEndAsync();
        await foreach (var response in call.ResponseStream.ReadAllAsync(CancellationToken.None))
        {
            foreach (var result in response.Results) screen.Show(result);
        }

        await sending;
        return settings.File is not null && cancellationToken.IsCancellationRequested ? ExitCode.Interrupted : ExitCode.Success;

        async Task SendToEndAsync()
        {
            try
            {
                await send();
                await call.RequestStream.CompleteAsync();
            }
            catch (Exception exception) when (exception is RpcException or InvalidOperationException)
            {
                // The stream ended while something was sent; reading tells why.
            }
        }
    }

    private Task ConfigureAsync(
        AsyncDuplexStreamingCall<StreamingRecognizeRequest, StreamingRecognizeResponse> call, AudioEncoding encoding, int sampleRateHz)
    {
        var adaptation = new AdaptationConfig { LatencyBudget = settings.Budget?.ToDuration() };
        if (settings.Steps is { } steps) adaptation.Steps = steps;
        return call.RequestStream.WriteAsync(new StreamingRecognizeRequest
        {
            StreamingConfig = new StreamingRecognitionConfig
            {
                Config = new RecognitionConfig { Encoding = encoding, SampleRateHertz = sampleRateHz, Adaptation = adaptation, Domain = settings.Domain },
                InterimResults = true,
            },
        });
    }

    private async Task SendAsync(
        AsyncDuplexStreamingCall<StreamingRecognizeRequest, StreamingRecognizeResponse> call, Waveform waveform, CancellationToken cancellationToken)
    {
        var chunk = Math.Max(1, (int)(settings.Chunk.TotalSeconds * waveform.SampleRateHz));
        var started = time.GetTimestamp();
        for (var at = 0; at < waveform.Samples.Length; at += chunk)
        {
            var samples = waveform.Samples.AsMemory(at, Math.Min(chunk, waveform.Samples.Length - at));
            if (settings.Pace)
            {
                // A piece is complete when its last sample has sounded.
                var due = TimeSpan.FromSeconds((double)(at + samples.Length) / waveform.SampleRateHz) - time.GetElapsedTime(started);
                if (due > TimeSpan.Zero) await Task.Delay(due, time, cancellationToken);
            }

            await WriteAsync(call, ToBytes(samples.Span));
        }
    }

    private static Task WriteAsync(AsyncDuplexStreamingCall<StreamingRecognizeRequest, StreamingRecognizeResponse> call, byte[] audio) =>
        call.RequestStream.WriteAsync(new StreamingRecognizeRequest { Audio = UnsafeByteOperations.UnsafeWrap(audio) });

    private static byte[] ToBytes(ReadOnlySpan<float> samples)
    {
        var bytes = new byte[4 * samples.Length];
        for (var i = 0; i < samples.Length; i++) BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(4 * i), samples[i]);
        return bytes;
    }
}
