using Attune.Server;
using Microsoft.AspNetCore.Builder;

namespace Attune.Streaming;

/// <summary>The server, in this process, on a free port of this machine.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TestServer(WebApplication app) => _app = app;

    /// <summary>Where it listens.</summary>
    public Uri Address => new(_app.Urls.Single());

    /// <param name="settings">As on the command line of <c>attune serve</c>.</param>
    public static async Task<TestServer> StartAsync(params string[] settings)
    {
        var app = await ServerHost.BuildAsync(["--urls=http://127.0.0.1:0", "--State:Directory=none", "--Logging:LogLevel:Default=Warning", .. settings]);
        await app.StartAsync();
        return new TestServer(app);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
