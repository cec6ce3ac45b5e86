using Attune.V1;
using Google.Protobuf;
using Grpc.Core;

namespace Attune.Server.Tests.Serving.Streaming;

/// <summary>One call of StreamingRecognize, whose answers are read as they come.</summary>
internal sealed class StreamCall : IDisposable
{
    private readonly AsyncDuplexStreamingCall<StreamingRecognizeRequest, StreamingRecognizeResponse> _call;

    public StreamCall(Speech.SpeechClient client, CancellationToken cancellationToken = default) =>
        _call = client.StreamingRecognize(cancellationToken: cancellationToken);

    public AsyncDuplexStreamingCall<StreamingRecognizeRequest, StreamingRecognizeResponse> Call => _call;

    /// <summary>16-bit samples at 16 kHz without adaptation, if nothing else is said.</summary>
    public static StreamingRecognitionConfig Config(AudioEncoding encoding = AudioEncoding.Linear16, int rate = 16000, int steps = 0) => new()
    {
        Config = new RecognitionConfig
        {
            Encoding = encoding,
            SampleRateHertz = encoding == AudioEncoding.Unspecified ? 0 : rate,
            Adaptation = new AdaptationConfig { Steps = steps },
        },
    };

    public Task SendAsync(StreamingRecognitionConfig config) => SendAsync(new StreamingRecognizeRequest { StreamingConfig = config });

    public Task SendAsync(ReadOnlyMemory<byte> audio) => SendAsync(new StreamingRecognizeRequest { Audio = UnsafeByteOperations.UnsafeWrap(audio) });

    public Task SendAsync(StreamingRecognizeRequest request) => _call.RequestStream.WriteAsync(request);

    /// <summary>Sends audio in pieces whose sizes come one after another, again and again; all at once if there are none.</summary>
    public async Task SendAsync(byte[] audio, params int[] sizes)
    {
        for (int at = 0, i = 0; at < audio.Length; i++)
        {
            var size = Math.Min(sizes.Length == 0 ? audio.Length : sizes[i % sizes.Length], audio.Length - at);
            await SendAsync(audio.AsMemory(at, size));
            at += size;
        }
    }

    /// <summary>The same until the server ends the stream, which a client may notice while it writes.</summary>
    public async Task SendUntilEndedAsync(byte[] audio, int size)
    {
        try
        {
            await SendAsync(audio, size);
        }
        catch (RpcException)
        {
            // The answers tell how it ended.
        }
    }

    public Task CompleteAsync() => _call.RequestStream.CompleteAsync();

    /// <summary>Everything that the server still sends.</summary>
    public async Task<List<StreamingRecognizeResponse>> ReadAllAsync()
    {
        var responses = new List<StreamingRecognizeResponse>();
        await foreach (var response in _call.ResponseStream.ReadAllAsync()) responses.Add(response);
        return responses;
    }

    /// <summary>The error with which a stream ends, and what came before it.</summary>
    public async Task<(RpcException Failure, List<StreamingRecognizeResponse> Responses)> FailureAsync()
    {
        var responses = new List<StreamingRecognizeResponse>();
        var failure = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            await foreach (var response in _call.ResponseStream.ReadAllAsync()) responses.Add(response);
        });
        return (failure, responses);
    }

    /// <summary>A whole stream: configuration, audio in pieces, end.</summary>
    public static async Task<List<StreamingRecognizeResponse>> RunAsync(
        Speech.SpeechClient client, StreamingRecognitionConfig config, byte[] audio, params int[] sizes)
    {
        using var call = new StreamCall(client);
        await call.SendAsync(config);
        var reading = call.ReadAllAsync();
        await call.SendAsync(audio, sizes.Length == 0 ? [3200] : sizes);
        await call.CompleteAsync();
        return await reading;
    }

    public void Dispose() => _call.Dispose();
}
