using Attune.Riva.Asr;
using Attune.Server.Tests.Serving.Streaming;
using Attune.Server.Tests.State;
using Grpc.Core;
using V1Config = Attune.V1.RecognitionConfig;

namespace Attune.Server.Tests.Domains;

/// <summary>What the system does to a server: takes its memory, tells it to end.</summary>
public class ProcessFaultTests
{
    private const long HeapBytes = 192L << 20;

    [Fact]
    public async Task Recognize_NoMemoryForIt_IsResourceExhaustedAndTheNextIsAnswered()
    {
        using var server = await ServerProcess.StartAsync(HeapBytes, "--State:Directory", "none");
        var halfAnHour = new byte[8_000 * 60 * 29]; // mu-law at 8 kHz: eight times as much at 16 kHz as floats
        var request = Samples.Request(halfAnHour, new V1Config { Encoding = V1.AudioEncoding.Mulaw, SampleRateHertz = 8_000 });

        var failure = await GrpcErrors.FailureAsync(server.Speech.RecognizeAsync(request, cancellationToken: TestStore.Token));
        var id = await server.SayAsync(DomainHost.Line);

        GrpcErrors.AssertError(failure, StatusCode.ResourceExhausted, "OUT_OF_MEMORY", "shorter audio");
        Assert.NotEmpty(id);
    }

    [Fact]
    public async Task Terminate_StreamsOpen_EachGetsItsFinals()
    {
        using var server = await ServerProcess.StartAsync("--State:Directory", "none");
        var audio = StreamAudio.Pcm16(await StreamAudio.JoinAsync(TimeSpan.FromSeconds(1.2), "digits-clean-3", "digits-clean-2"));
        var expected = Finals(await StreamCall.RunAsync(server.Speech, Config(), audio)).ToArray();
        var riva = new RivaSpeechRecognition.RivaSpeechRecognitionClient(server.Channel);
        using var single = riva.StreamingRecognize(cancellationToken: TestStore.Token);
        await SendAsync(single, audio);
        var calls = Enumerable.Range(0, 8).Select(_ => new StreamCall(server.Speech, TestStore.Token)).ToArray();
        foreach (var call in calls)
        {
            await call.SendAsync(Config());
            await call.SendAsync(audio, 3200);
            Assert.True(await call.Call.ResponseStream.MoveNext(TestStore.Token)); // at work
        }

        var ends = calls.Select(call => call.FailureAsync()).ToArray();
        var rivaEnd = ReadAsync(single);
        server.Terminate();
        var answers = await Task.WhenAll(ends);
        var rivaFinals = await rivaEnd;
        var exitCode = await server.EndAsync();

        foreach (var (failure, responses) in answers)
        {
            Assert.Equal(StatusCode.Unavailable, failure.StatusCode);
            Assert.Equal(expected[^1], Finals(responses).Last());
            Assert.Equal(expected.Length, Finals(responses).Count());
        }

        Assert.Equal(expected, rivaFinals);
        Assert.Equal(0, exitCode);
        foreach (var call in calls) call.Dispose();
    }

    private static V1.StreamingRecognitionConfig Config()
    {
        var config = StreamCall.Config(steps: 1);
        config.EnableVoiceActivityEvents = true; // so that the first answer comes before any final
        return config;
    }

    private static IEnumerable<string> Finals(IEnumerable<V1.StreamingRecognizeResponse> responses) =>
        responses.SelectMany(response => response.Results).Where(result => result.IsFinal).Select(result => result.Alternatives[0].Transcript.Trim());

    private static async Task SendAsync(AsyncDuplexStreamingCall<StreamingRecognizeRequest, StreamingRecognizeResponse> call, byte[] audio)
    {
        var config = new RecognitionConfig { Encoding = Attune.Riva.AudioEncoding.LinearPcm, SampleRateHertz = StreamAudio.Rate, CustomConfiguration = { ["attune.steps"] = "1" } };
        await call.RequestStream.WriteAsync(new StreamingRecognizeRequest { StreamingConfig = new StreamingRecognitionConfig { Config = config } });
        foreach (var chunk in audio.Chunk(3200)) await call.RequestStream.WriteAsync(new StreamingRecognizeRequest { AudioContent = Google.Protobuf.ByteString.CopyFrom(chunk) });
    }

    /// <summary>The finals until the server ends the stream.</summary>
    private static async Task<List<string>> ReadAsync(AsyncDuplexStreamingCall<StreamingRecognizeRequest, StreamingRecognizeResponse> call)
    {
        var finals = new List<string>();
        try
        {
            while (await call.ResponseStream.MoveNext(TestStore.Token))
                finals.AddRange(call.ResponseStream.Current.Results.Where(result => result.IsFinal).Select(result => result.Alternatives[0].Transcript.Trim()));
        }
        catch (RpcException exception) when (exception.StatusCode == StatusCode.Unavailable)
        {
            // It stops.
        }

        return finals;
    }
}
