using System.Net;
using System.Net.Sockets;
using Attune.Adaptation;
using Attune.Server.Serving.Streaming;
using Attune.Server.Tests.Access;
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

    /// <summary>A field of 34 GB that ends before it begins.</summary>
    private static readonly byte[] Garbage = [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF];

    private static readonly Marshaller<byte[]> Bytes = Marshallers.Create(message => message, message => message);

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
        var threads = app.Services.GetRequiredService<AdaptationThreads>();
        await RestAsync(threads);
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

        await RestAsync(threads);
        Assert.Equal(tensors, LiveTensors.Settle());
    }

    [Theory]
    [InlineData("attune.v1.Speech", "StreamingRecognize")]
    [InlineData("nvidia.riva.asr.RivaSpeechRecognition", "StreamingRecognize")]
    public async Task Stream_BytesThatAreNoMessage_AreRefused(string service, string name)
    {
        await using var app = await StartAsync(_ => { });
        using var channel = GrpcChannel.ForAddress(app.Urls.First());
        using var call = channel.CreateCallInvoker().AsyncDuplexStreamingCall(new Method<byte[], byte[]>(MethodType.DuplexStreaming, service, name, Bytes, Bytes), null, default);

        await call.RequestStream.WriteAsync(Garbage, TestContext.Current.CancellationToken);

        var failure = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        GrpcErrors.AssertError(failure, StatusCode.InvalidArgument, "MESSAGE_UNREADABLE");
    }

    [Theory]
    [InlineData("attune.v1.Speech", "Recognize")]
    [InlineData("attune.v1.Adaptation", "GetDomain")]
    [InlineData("attune.v1.Checkpoints", "List")]
    [InlineData("nvidia.riva.asr.RivaSpeechRecognition", "Recognize")]
    public async Task Call_BytesThatAreNoMessage_AreRefusedInOneLineOfTheLog(string service, string name)
    {
        using var logs = new CapturedLogs();
        await using var host = await AccessHost.StartAsync(time: null, logs, "--Logging:LogLevel:Default", "Information", "--Logging:LogLevel:Microsoft", "Warning");
        using var channel = GrpcChannel.ForAddress(host.Url);
        logs.Clear();

        using var call = channel.CreateCallInvoker().AsyncUnaryCall(new Method<byte[], byte[]>(MethodType.Unary, service, name, Bytes, Bytes), null, default, Garbage);

        var failure = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync);
        GrpcErrors.AssertError(failure, StatusCode.InvalidArgument, "MESSAGE_UNREADABLE");
        Assert.Contains("MESSAGE_UNREADABLE in", Assert.Single(logs.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Watch_BytesThatAreNoMessage_AreRefused()
    {
        await using var app = await StartAsync(_ => { });
        using var channel = GrpcChannel.ForAddress(app.Urls.First());

        using var call = channel.CreateCallInvoker().AsyncServerStreamingCall(
            new Method<byte[], byte[]>(MethodType.ServerStreaming, "attune.v1.Adaptation", "WatchEvents", Bytes, Bytes), null, default, Garbage);

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

    /// <summary>Waits until each thread has let go of what it did before: answers come while their tensors are still there.</summary>
    private static async Task RestAsync(AdaptationThreads threads)
    {
        using var all = new Barrier(threads.Workers);
        bool Meet() => all.SignalAndWait(TimeSpan.FromMinutes(1));
        var met = Enumerable.Range(0, threads.Workers).Select(_ => threads.TryRun(Meet, TestContext.Current.CancellationToken)!);
        Assert.All(await Task.WhenAll(met), Assert.True);
    }
}
