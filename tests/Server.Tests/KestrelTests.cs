using System.Net;
using System.Net.Sockets;
using Attune.Server.Configuration;
using Attune.Server.Serving;
using Attune.V1;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Attune.Server.Tests;

/// <summary>A server of its own on a loopback port, with a real channel.</summary>
public class KestrelTests
{
    private static readonly string[] AnyPort = ["--urls", "http://127.0.0.1:0", "--Logging:LogLevel:Default", "None"];

    [Fact]
    public async Task StartAsync_AddressesForBrowsersToo_ListensAtBothWithoutAWarning()
    {
        using var logs = new CapturedLogs();
        await using var app = await ServerHost.BuildAsync(["--urls", "http://127.0.0.1:0", "--Serving:WebUrl", "http://127.0.0.1:0"], services => services.AddSingleton<ILoggerProvider>(logs));

        await app.StartAsync();

        Assert.Equal(2, app.Urls.Count);
        Assert.DoesNotContain(logs.Lines, line => line.StartsWith("Warning Microsoft.AspNetCore", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ServeAsync_AddressTaken_NamesTheAddresses()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var taken = $"http://{other.LocalEndpoint}";
        await using var app = await ServerHost.BuildAsync(["--urls", "http://127.0.0.1:0", "--Serving:WebUrl", taken, "--Logging:LogLevel:Default", "None"]);

        var exception = await Assert.ThrowsAsync<ConfigurationException>(() => ServerHost.ServeAsync(app));

        Assert.StartsWith("It cannot listen on http://127.0.0.1:0, " + taken, exception.Message, StringComparison.Ordinal);
        Assert.EndsWith("Give other addresses: --urls, Serving:WebUrl or Kestrel:Endpoints.", exception.Message, StringComparison.Ordinal);
    }

    // The test host cannot show this: it answers with its own error when the server ends a call whose client has given up.
    [Fact]
    public async Task Recognize_DeadlineWhileAdapting_IsDeadlineExceeded()
    {
        await using var app = await ServerHost.BuildAsync(AnyPort);
        await app.StartAsync();
        using var channel = GrpcChannel.ForAddress(app.Urls.Single());
        var speech = new Speech.SpeechClient(channel);
        await speech.GetModelAsync(new GetModelRequest());
        var deadline = TimeProvider.System.GetUtcNow().UtcDateTime + TimeSpan.FromMilliseconds(300);

        var failure = await GrpcErrors.FailureAsync(speech.RecognizeAsync(Samples.Request(Samples.Clean, steps: 100), deadline: deadline));

        Assert.Equal(StatusCode.DeadlineExceeded, failure.StatusCode);
    }

    [Fact]
    public async Task StopAsync_CallAtWork_FinishesItAndRefusesNewOnes()
    {
        using var clock = new HoldingClock();
        await using var app = await ServerHost.BuildAsync(AnyPort, services => services.AddSingleton<TimeProvider>(clock));
        await app.StartAsync();
        using var channel = GrpcChannel.ForAddress(app.Urls.Single());
        var speech = new Speech.SpeechClient(channel);
        await speech.GetModelAsync(new GetModelRequest());

        using var hold = clock.Hold();
        var atWork = speech.RecognizeAsync(Samples.Request(Samples.Clean, steps: 1));
        await clock.Held;
        var stopping = app.StopAsync();
        var refused = await GrpcErrors.FailureAsync(speech.RecognizeAsync(Samples.Request(Samples.Clean, steps: 1)));
        hold.Dispose();
        var response = await atWork;
        await stopping;

        Assert.Equal(StatusCode.Unavailable, refused.StatusCode);
        Assert.NotEmpty(response.Results[0].Alternatives[0].Transcript);
        Assert.Equal(1, response.Results[0].Adaptation.Steps);
    }

    [Fact]
    public async Task StopAsync_ShutdownTimeoutOver_CancelsCallsAndEnds()
    {
        using var clock = new HoldingClock();
        await using var app = await ServerHost.BuildAsync(
            [.. AnyPort, "--Serving:ShutdownTimeout", "00:00:00"], services => services.AddSingleton<TimeProvider>(clock));
        await app.StartAsync();
        using var channel = GrpcChannel.ForAddress(app.Urls.Single());
        using var hold = clock.Hold();
        var atWork = new Speech.SpeechClient(channel).RecognizeAsync(Samples.Request(Samples.Clean, steps: 100));
        await clock.Held;

        await app.StopAsync();
        var failure = await GrpcErrors.FailureAsync(atWork);
        var admitted = app.Services.GetRequiredService<Admission>().Admitted;
        hold.Dispose();

        Assert.Contains(failure.StatusCode, new[] { StatusCode.Unavailable, StatusCode.Cancelled, StatusCode.Internal });
        Assert.Equal(1, admitted);
    }

    [Fact]
    public async Task Check_Stopping_IsNotServing()
    {
        await using var app = await ServerHost.BuildAsync(AnyPort);
        await app.StartAsync();
        using var channel = GrpcChannel.ForAddress(app.Urls.Single());
        var health = new Health.HealthClient(channel);
        using var watch = health.Watch(new HealthCheckRequest());
        Assert.True(await watch.ResponseStream.MoveNext(CancellationToken.None));
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, watch.ResponseStream.Current.Status);

        await app.StopAsync();

        Assert.True(await watch.ResponseStream.MoveNext(CancellationToken.None));
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.NotServing, watch.ResponseStream.Current.Status);
    }
}
