using System.Net;
using System.Net.Sockets;
using Attune.Server.Serving.Streaming;
using Attune.V1;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Attune.Server.Tests.Serving.Streaming;

/// <summary>A server of its own on a loopback port, with small limits.</summary>
public sealed class StreamLimitTests : IAsyncLifetime
{
    private static readonly byte[] Second = new byte[32_000];

    private WebApplication _app = null!;
    private GrpcChannel _channel = null!;
    private Speech.SpeechClient _speech = null!;

    public async ValueTask InitializeAsync()
    {
        _app = await ServerHost.BuildAsync(
        [
            "--urls", "http://127.0.0.1:0",
            "--Logging:LogLevel:Default", "None",
            "--Serving:Streams:IdleTimeout", "00:00:02",
            "--Serving:Streams:WriteTimeout", "00:00:02",
            "--Serving:Streams:MaxPerClient", "3",
        ]);
        await _app.StartAsync();
        _channel = GrpcChannel.ForAddress(_app.Urls.Single());
        _speech = new Speech.SpeechClient(_channel);
    }

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        await _app.DisposeAsync();
    }

    [Fact]
    public async Task StreamingRecognize_Idle_IsOutOfRangeAfterTheFinal()
    {
        var audio = StreamAudio.Pcm16(await StreamAudio.JoinAsync(TimeSpan.Zero, "digits-clean-3"));
        using var call = new StreamCall(_speech);
        await call.SendAsync(StreamCall.Config());
        await call.SendAsync(audio, 3200);

        var (failure, responses) = await call.FailureAsync();

        GrpcErrors.AssertError(failure, StatusCode.OutOfRange, "STREAM_IDLE", "2 s", "Serving:Streams:IdleTimeout");
        Assert.True(responses[^1].Results[0].IsFinal);
    }

    [Fact]
    public async Task StreamingRecognize_NoConfiguration_IsOutOfRange()
    {
        using var call = new StreamCall(_speech);

        var (failure, _) = await call.FailureAsync();

        GrpcErrors.AssertError(failure, StatusCode.OutOfRange, "STREAM_IDLE");
    }

    [Fact]
    public async Task StreamingRecognize_TooManyFromOneAddress_IsResourceExhausted()
    {
        var calls = Enumerable.Range(0, 3).Select(_ => new StreamCall(_speech)).ToArray();
        foreach (var call in calls)
        {
            await call.SendAsync(StreamCall.Config());
            await call.SendAsync(Second);
        }

        while (_app.Services.GetRequiredService<StreamAdmission>().Admitted < 3) await Task.Yield();
        using var refused = new StreamCall(_speech);
        var (failure, _) = await refused.FailureAsync();

        GrpcErrors.AssertError(failure, StatusCode.ResourceExhausted, "TOO_MANY_STREAMS", "At most 3 streams from one address", "MaxPerClient");
        foreach (var call in calls) await call.CompleteAsync();
        foreach (var call in calls) Assert.Empty(await call.ReadAllAsync());
    }

    [Fact]
    public async Task StreamingRecognize_NeverReading_EndsTheStreamWithoutGrowing()
    {
        var utterance = StreamAudio.Pcm16(await StreamAudio.JoinAsync(TimeSpan.FromSeconds(1), "digits-clean-2"));
        using var handler = new SocketsHttpHandler { InitialHttp2StreamWindowSize = 65_535 };
        using var channel = GrpcChannel.ForAddress(_app.Urls.Single(), new GrpcChannelOptions { HttpHandler = handler });
        var config = StreamCall.Config();
        config.InterimResults = true;
        config.Config.EnableWordTimeOffsets = true;
        using var call = new StreamCall(new Speech.SpeechClient(channel));
        await call.SendAsync(config);
        var sent = 0L;

        // Answers fill the window of 64 KiB; then the server stops reading, and then it gives up.
        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            for (; sent < 2_000_000_000; sent += utterance.Length) await call.SendAsync(utterance, 32_000);
        });
        await _app.Services.GetRequiredService<StreamAdmission>().DrainAsync();

        Assert.InRange(sent, 1, 200_000_000);
    }

    [Fact]
    public async Task Connections_ThousandIdle_DoNotKeepOthersOut()
    {
        // The connection preface and an empty SETTINGS frame (RFC 9113, section 3.4).
        byte[] preface = [.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, 0, 0, 0, 4, 0, 0, 0, 0, 0];
        var port = new Uri(_app.Urls.Single()).Port;
        var idle = new List<TcpClient>();
        try
        {
            for (var i = 0; i < 1000; i++)
            {
                idle.Add(new TcpClient());
                await idle[^1].ConnectAsync(IPAddress.Loopback, port);
                await idle[^1].GetStream().WriteAsync(preface);
            }

            foreach (var client in idle) Assert.True(await client.GetStream().ReadAsync(new byte[1]) > 0); // the server's SETTINGS

            var audio = StreamAudio.Pcm16(await StreamAudio.JoinAsync(TimeSpan.Zero, "digits-clean-3"));
            var responses = await StreamCall.RunAsync(_speech, StreamCall.Config(), audio);

            Assert.Contains(responses, response => response.Results[0].IsFinal);
        }
        finally
        {
            foreach (var client in idle) client.Dispose();
        }
    }

    [Fact]
    public async Task StopAsync_UtteranceGoingOn_AnswersItAndClosesTheConnectionWithGoAway()
    {
        await using var frames = new FrameLog(new Uri(_app.Urls.Single()));
        using var channel = GrpcChannel.ForAddress(frames.Address);
        var audio = StreamAudio.Pcm16(await StreamAudio.JoinAsync(TimeSpan.Zero, "digits-clean-3"));
        var config = StreamCall.Config(steps: 1);
        config.EnableVoiceActivityEvents = true;
        using var call = new StreamCall(new Speech.SpeechClient(channel));
        await call.SendAsync(config);
        await call.SendAsync(audio, 3200);
        Assert.True(await call.Call.ResponseStream.MoveNext(CancellationToken.None)); // speech began

        var stopping = _app.StopAsync();
        var (failure, responses) = await call.FailureAsync();
        await stopping;

        GrpcErrors.AssertError(failure, StatusCode.Unavailable, "STOPPING");
        Assert.True(responses[^1].Results[0].IsFinal);
        Assert.NotEmpty(responses[^1].Results[0].Alternatives[0].Transcript);
        await frames.EndAsync();
        Assert.Contains(frames.Frames, frame => frame.Type == FrameLog.GoAway);
        Assert.All(frames.Frames, frame => Assert.True(frame.Type != FrameLog.GoAway || frame.LastStream >= 1)); // the stream at work is answered
    }
}
