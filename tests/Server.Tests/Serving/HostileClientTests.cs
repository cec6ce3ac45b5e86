using System.Net;
using System.Net.Sockets;
using Attune.Server.Serving.Streaming;
using Attune.Server.Tests.Serving.Streaming;
using Attune.V1;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Attune.Server.Tests.Serving;

/// <summary>Clients that want to be in the way.</summary>
public class HostileClientTests
{
    private const int Connections = 200;

    [Fact]
    public async Task Connect_HeadersTrickle_AreCutOffAndKeepNobodyOut()
    {
        await using var app = await StartAsync(
            kestrel =>
            {
                kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(1); // HTTP/1.1; 30 s else
                kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(1); // HTTP/2 before its first request; 130 s else
            },
            "--Serving:WebUrl", "http://127.0.0.1:0");
        int[] ports = [.. app.Urls.Select(url => new Uri(url).Port)];
        using var channel = GrpcChannel.ForAddress(app.Urls.First());
        var trickling = new List<TcpClient>();
        try
        {
            for (var i = 0; i < Connections; i++)
            {
                trickling.Add(new TcpClient());
                await trickling[^1].ConnectAsync(IPAddress.Loopback, ports[i % ports.Length]);
                // The beginning of the connection preface of HTTP/2, or of a request of HTTP/1.1.
                await trickling[^1].GetStream().WriteAsync(i % ports.Length == 0 ? "PRI * HT"u8.ToArray() : "GET /stream HTTP/1.1\r\nHost: a\r\nX-a: "u8.ToArray());
            }

            var response = await new Speech.SpeechClient(channel).RecognizeAsync(Samples.Request(Samples.Clean, steps: 0));
            foreach (var client in trickling) await WaitForEndAsync(client.GetStream());

            Assert.NotEmpty(response.Results);
        }
        finally
        {
            foreach (var client in trickling) client.Dispose();
        }
    }

    [Fact]
    public async Task StreamingRecognize_AllClientsVanishAtOnce_NothingIsLeft()
    {
        await using var app = await StartAsync(_ => { }, "--Serving:Streams:MaxPerClient", "64", "--Serving:Streams:MaxConcurrent", "64");
        using var channel = GrpcChannel.ForAddress(app.Urls.First());
        var speech = new Speech.SpeechClient(channel);
        var audio = StreamAudio.Pcm16(await StreamAudio.JoinAsync(TimeSpan.Zero, "digits-clean-3"));
        await StreamCall.RunAsync(speech, StreamCall.Config(steps: 1), audio);
        var tensors = LiveTensors.Settle();
        var admission = app.Services.GetRequiredService<StreamAdmission>();

        for (var storm = 0; storm < 3; storm++)
        {
            using var doomed = GrpcChannel.ForAddress(app.Urls.First());
            var calls = Enumerable.Range(0, 64).Select(_ => new StreamCall(new Speech.SpeechClient(doomed))).ToArray();
            foreach (var call in calls)
            {
                await call.SendAsync(StreamCall.Config(steps: 1));
                await call.SendAsync(audio.AsMemory(0, 16_000));
            }

            foreach (var call in calls) call.Dispose();
            while (admission.Admitted > 0) await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        Assert.Equal(tensors, LiveTensors.Settle());
    }

    [Theory]
    [InlineData("attune.v1.Speech", "StreamingRecognize")]
    [InlineData("nvidia.riva.asr.RivaSpeechRecognition", "StreamingRecognize")]
    public async Task Stream_BytesThatAreNoMessage_AreRefused(string service, string name)
    {
        await using var app = await StartAsync(_ => { });
        using var channel = GrpcChannel.ForAddress(app.Urls.First());
        var bytes = Marshallers.Create(message => message, message => message);
        using var call = channel.CreateCallInvoker().AsyncDuplexStreamingCall(new Method<byte[], byte[]>(MethodType.DuplexStreaming, service, name, bytes, bytes), null, default);

        await call.RequestStream.WriteAsync([0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], TestContext.Current.CancellationToken); // a field of 34 GB

        var failure = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        GrpcErrors.AssertError(failure, StatusCode.InvalidArgument, "MESSAGE_UNREADABLE");
    }

    private static async Task<WebApplication> StartAsync(Action<KestrelServerOptions> configure, params string[] settings)
    {
        var app = await ServerHost.BuildAsync(
            ["--urls", "http://127.0.0.1:0", "--Logging:LogLevel:Default", "None", .. settings], services => services.Configure(configure));
        await app.StartAsync();
        return app;
    }

    /// <summary>Waits until the server has closed the connection.</summary>
    private static async Task WaitForEndAsync(NetworkStream stream)
    {
        var buffer = new byte[256];
        try
        {
            while (await stream.ReadAsync(buffer) > 0)
            {
                // 408, or GOAWAY.
            }
        }
        catch (IOException)
        {
            // Reset.
        }
    }
}
