using Attune.V1;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Attune.Server.Tests;

/// <summary>The whole server in memory, with its default settings and the model that ships with it.</summary>
public sealed class ServerFixture : IDisposable
{
    private const int MaxMessageBytes = 256 * 1024 * 1024;

    private readonly WebApplicationFactory<Program> _factory;

    public ServerFixture()
    {
        _factory = new WebApplicationFactory<Program>().WithWebHostBuilder(builder => builder.ConfigureServices(services =>
        {
            services.AddSingleton<ILoggerProvider>(Logs);
            services.AddSingleton<TimeProvider>(Clock);
        }));
        // The messages of the client have no limit, so that the server's is tested.
        Channel = GrpcChannel.ForAddress(_factory.Server.BaseAddress, new GrpcChannelOptions
        {
            HttpHandler = _factory.Server.CreateHandler(),
            MaxSendMessageSize = MaxMessageBytes,
        });
        Speech = new Speech.SpeechClient(Channel);
    }

    /// <summary>Everything that was logged.</summary>
    internal CapturedLogs Logs { get; } = new();

    /// <summary>The server's clock, which can hold requests.</summary>
    internal HoldingClock Clock { get; } = new();

    internal GrpcChannel Channel { get; }

    internal Speech.SpeechClient Speech { get; }

    /// <summary>Opens WebSockets in memory.</summary>
    internal Microsoft.AspNetCore.TestHost.WebSocketClient WebSockets => _factory.Server.CreateWebSocketClient();

    /// <summary>Plain HTTP in memory.</summary>
    internal HttpClient Http => _factory.CreateClient();

    internal IServiceProvider Services => _factory.Services;

    public void Dispose()
    {
        Channel.Dispose();
        _factory.Dispose();
        Logs.Dispose();
        Clock.Dispose();
    }
}
