using Attune.Recognition.Models.Hub;

namespace Attune.Recognition.Tests.Models.Hub;

/// <summary>A cache that is empty, and a hub that has one small model.</summary>
public abstract class HubTest : IDisposable
{
    private protected static readonly HubReference Tiny = HubReference.Parse("acme/tiny");

    private protected TemporaryFolder Folder { get; } = new();

    private protected FakeHub Hub { get; } = new();

    public void Dispose()
    {
        Hub.Dispose();
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected static HubReply Redirect(string location) => new(302, []) { Headers = { ["Location"] = location } };

    private protected static HubReply With(HubReply reply, string header, string value)
    {
        reply.Headers[header] = value;
        return reply;
    }

    private protected HubOptions Options(int attempts = 5, string? token = null) => new()
    {
        Endpoint = Hub.Server.Address,
        Token = token,
        CacheFolder = Folder.Path,
        Attempts = attempts,
        RetryPause = TimeSpan.Zero,
    };

    private protected async Task<PulledModel> PullAsync(int attempts = 5, string? token = null, string reference = "acme/tiny")
    {
        using var downloader = new HubDownloader(Options(attempts, token), TimeProvider.System);
        return await downloader.PullAsync(HubReference.Parse(reference), progress: null, TestContext.Current.CancellationToken);
    }
}
