using Attune.Server.Serving.Streaming;
using Attune.V1;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Attune.Server.Tests.Serving.Streaming;

public class BadStreamTests(ServerFixture server)
{
    [Fact]
    public async Task StreamingRecognize_AudioBeforeConfiguration_IsInvalid()
    {
        using var call = new StreamCall(server.Speech);
        await call.SendAsync(new byte[320]);

        var (failure, responses) = await call.FailureAsync();

        GrpcErrors.AssertError(failure, StatusCode.InvalidArgument, "INVALID_REQUEST", "first message must be streaming_config");
        Assert.Empty(responses);
    }

    [Fact]
    public async Task StreamingRecognize_NothingAtAll_IsInvalid()
    {
        using var call = new StreamCall(server.Speech);
        await call.CompleteAsync();

        var (failure, _) = await call.FailureAsync();

        GrpcErrors.AssertError(failure, StatusCode.InvalidArgument, "INVALID_REQUEST", "first message");
    }

    [Fact]
    public async Task StreamingRecognize_SecondConfiguration_IsInvalidAfterTheFinalsSoFar()
    {
        using var call = new StreamCall(server.Speech);
        await call.SendAsync(StreamCall.Config());
        await call.SendAsync(await SpeechAsync(), 3200);
        await call.SendAsync(StreamCall.Config());

        var (failure, responses) = await call.FailureAsync();

        GrpcErrors.AssertError(failure, StatusCode.InvalidArgument, "INVALID_REQUEST", "second one");
        Assert.Equal(["streaming_config"], GrpcErrors.Fields(failure));
        Assert.Contains(responses, response => response.Results[0].IsFinal);
    }

    [Theory]
    [InlineData("streaming_config.config.sample_rate_hertz", "Given: 0.")]
    [InlineData("streaming_config.endpointing.stop_history", "Given: 00:01:00.")]
    [InlineData("streaming_config.voice_activity_timeout.speech_end_timeout", "Given: 0 s")]
    [InlineData("streaming_config.config.adaptation.steps", "Given: 999.")]
    public async Task StreamingRecognize_BadField_NamesFieldAndValue(string field, string given)
    {
        var config = StreamCall.Config();
        if (field.EndsWith("hertz", StringComparison.Ordinal)) config.Config.SampleRateHertz = 0;
        if (field.EndsWith("steps", StringComparison.Ordinal)) config.Config.Adaptation.Steps = 999;
        if (field.EndsWith("history", StringComparison.Ordinal)) config.Endpointing = new EndpointingConfig { StopHistory = new() { Seconds = 60 } };
        if (field.EndsWith("timeout", StringComparison.Ordinal)) config.VoiceActivityTimeout = new VoiceActivityTimeout { SpeechEndTimeout = new() };
        using var call = new StreamCall(server.Speech);
        await call.SendAsync(config);

        var (failure, _) = await call.FailureAsync();

        GrpcErrors.AssertError(failure, StatusCode.InvalidArgument, "INVALID_REQUEST", $"{field} must be", given);
        Assert.Equal([field], GrpcErrors.Fields(failure));
    }

    [Fact]
    public async Task StreamingRecognize_EmptyChunksBetween_ChangeNothing()
    {
        var audio = await SpeechAsync();
        var expected = await StreamCall.RunAsync(server.Speech, StreamCall.Config(), audio);
        using var call = new StreamCall(server.Speech);
        await call.SendAsync(StreamCall.Config());
        foreach (var chunk in audio.Chunk(8000))
        {
            await call.SendAsync(ReadOnlyMemory<byte>.Empty);
            await call.SendAsync(chunk.AsMemory());
        }

        await call.CompleteAsync();

        Assert.Equal(Finals(expected), Finals(await call.ReadAllAsync()));
    }

    [Fact]
    public async Task StreamingRecognize_OddByteCounts_ChangeNothing()
    {
        var audio = await SpeechAsync();
        var expected = await StreamCall.RunAsync(server.Speech, StreamCall.Config(), audio);

        var responses = await StreamCall.RunAsync(server.Speech, StreamCall.Config(), audio, 1, 333, 4001);

        Assert.Equal(Finals(expected), Finals(responses));
    }

    [Fact]
    public async Task StreamingRecognize_EndsInsideASample_SaysSoAfterTheFinal()
    {
        using var call = new StreamCall(server.Speech);
        await call.SendAsync(StreamCall.Config());
        await call.SendAsync((await SpeechAsync())[..^1], 3200);
        await call.CompleteAsync();

        var (failure, responses) = await call.FailureAsync();

        GrpcErrors.AssertError(failure, StatusCode.InvalidArgument, "AUDIO_TRUNCATED", "whole frame of 2 bytes");
        Assert.True(responses[^1].Results[0].IsFinal);
    }

    [Fact]
    public async Task StreamingRecognize_NaN_NamesTheSample()
    {
        using var call = new StreamCall(server.Speech);
        await call.SendAsync(StreamCall.Config(AudioEncoding.Float32));
        await call.SendAsync(Samples.FloatsWithNaN(16000), 4000);

        var (failure, _) = await call.FailureAsync();

        GrpcErrors.AssertError(failure, StatusCode.InvalidArgument, "AUDIO_NOT_FINITE", "sample 8000", "NaN");
    }

    [Fact]
    public async Task StreamingRecognize_HalfCloseWithoutAudio_EndsWithoutResults()
    {
        using var call = new StreamCall(server.Speech);
        await call.SendAsync(StreamCall.Config());
        await call.CompleteAsync();

        Assert.Empty(await call.ReadAllAsync());
    }

    [Fact]
    public async Task StreamingRecognize_WavFile_EqualsHeaderless()
    {
        var audio = await SpeechAsync();
        var expected = await StreamCall.RunAsync(server.Speech, StreamCall.Config(), audio);

        var responses = await StreamCall.RunAsync(
            server.Speech, StreamCall.Config(AudioEncoding.Unspecified), Samples.MakeWav(1, 16, 16000, audio), 30, 3001);

        Assert.Equal(Finals(expected), Finals(responses));
    }

    [Fact]
    public async Task StreamingRecognize_MessageOverSize_IsResourceExhausted()
    {
        using var call = new StreamCall(server.Speech);
        await call.SendAsync(StreamCall.Config());
        await call.SendUntilEndedAsync(new byte[100_000_000], 100_000_000);

        var (failure, _) = await call.FailureAsync();

        Assert.Equal(StatusCode.ResourceExhausted, failure.StatusCode);
        await DrainedAsync();
    }

    [Fact]
    public async Task StreamingRecognize_HundredMegabytesAtOnce_AreHeardInPieces()
    {
        using var call = new StreamCall(server.Speech);
        await call.SendAsync(StreamCall.Config(AudioEncoding.Linear32, rate: 384_000));
        var reading = call.ReadAllAsync();

        await call.SendAsync(new byte[60_000_000].AsMemory());
        await call.SendAsync(new byte[40_000_000].AsMemory());
        await call.CompleteAsync();

        Assert.Empty(await reading);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task StreamingRecognize_ClientGoesAway_GivesItsPlaceBack(int phase)
    {
        using var cancellation = new CancellationTokenSource();
        using var call = new StreamCall(server.Speech, cancellation.Token);
        var config = StreamCall.Config(steps: 50);
        config.InterimResults = true;
        if (phase > 0) await call.SendAsync(config);
        if (phase > 1) await call.SendAsync((await SpeechAsync())[..20_000], 3200);
        if (phase > 2)
        {
            await call.SendAsync(await SpeechAsync(), 3200);
            await call.Call.ResponseStream.MoveNext(CancellationToken.None);
        }

        if (phase > 3) await call.CompleteAsync();

        await cancellation.CancelAsync();

        await DrainedAsync();
    }

    /// <summary>Ends when no stream is at work.</summary>
    private async Task DrainedAsync()
    {
        var admission = server.Services.GetRequiredService<StreamAdmission>();
        await admission.DrainAsync();
        Assert.Equal(0, admission.Admitted);
    }

    private static async Task<byte[]> SpeechAsync() => StreamAudio.Pcm16(await StreamAudio.JoinAsync(TimeSpan.FromSeconds(1.2), "digits-clean-3"));

    private static string[] Finals(IEnumerable<StreamingRecognizeResponse> responses) =>
        [.. responses.SelectMany(response => response.Results).Where(result => result.IsFinal).Select(result => result.ToString())];
}
