using System.Text;
using Attune.Recognition.Models;
using Attune.Recognition.Models.Hub;

namespace Attune.Recognition.Tests.Models.Hub;

public sealed class HubDownloaderTests : IDisposable
{
    private static readonly HubReference Tiny = HubReference.Parse("acme/tiny");

    private readonly TemporaryFolder _folder = new();
    private readonly FakeHub _hub = new();

    public void Dispose()
    {
        _hub.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task PullAsync_Model_IsInStandardLayoutAndOpens()
    {
        var pulled = await PullAsync();

        var repository = _folder.File("models--acme--tiny");
        Assert.Equal(Path.Combine(repository, "snapshots", FakeHub.Commit), pulled.Folder);
        Assert.Equal(FakeHub.Commit, File.ReadAllText(Path.Combine(repository, "refs", "main")));
        Assert.StartsWith("../../blobs/", new FileInfo(Path.Combine(pulled.Folder, "model.safetensors")).LinkTarget, StringComparison.Ordinal);
        Assert.Equal(_hub.Weights, File.ReadAllBytes(Path.Combine(pulled.Folder, "model.safetensors")));
        Assert.Equal(pulled.SizeBytes, pulled.FetchedBytes);
        using var model = Model.Open(pulled.Folder);
        Assert.Equal("acme/tiny", model.Name);
    }

    [Fact]
    public async Task PullAsync_Model_FetchesOnlyWhatAModelFolderNeeds()
    {
        var pulled = await PullAsync();

        Assert.DoesNotContain(Directory.GetFiles(pulled.Folder), path => Path.GetFileName(path) is "pytorch_model.bin" or "README.md");
        Assert.DoesNotContain(_hub.Server.Requests, request => request.Path.EndsWith(".bin", StringComparison.Ordinal));
    }

    [Fact]
    public async Task PullAsync_Again_FetchesNothing()
    {
        await PullAsync();

        var again = await PullAsync();

        Assert.Equal(0, again.FetchedBytes);
        Assert.Single(_hub.Store.Requests);
    }

    [Fact]
    public async Task PullAsync_DamagedInCache_IsFetchedAgain()
    {
        var pulled = await PullAsync();
        var blob = new FileInfo(Path.Combine(pulled.Folder, "model.safetensors")).ResolveLinkTarget(returnFinalTarget: true)!.FullName;
        var damaged = _hub.Weights.ToArray();
        damaged[^1] ^= 1;
        File.WriteAllBytes(blob, damaged);

        await PullAsync();

        Assert.Equal(_hub.Weights, File.ReadAllBytes(blob));
    }

    [Fact]
    public async Task PullAsync_ConnectionDrops_GoesOnFromThere()
    {
        _hub.OnStore = request => FakeHub.Part(request, _hub.Weights) with { DropAfter = Math.Min(30_000, _hub.Weights.Length - request.From) };

        var pulled = await PullAsync();

        Assert.Equal(_hub.Weights, File.ReadAllBytes(Path.Combine(pulled.Folder, "model.safetensors")));
        Assert.Equal(pulled.SizeBytes, pulled.FetchedBytes);
        Assert.True(_hub.Store.Requests.Count > 2);
        Assert.Equal(30_000, _hub.Store.Requests[1].From);
    }

    [Fact]
    public async Task PullAsync_NoRanges_StartsOver()
    {
        var first = true;
        _hub.OnStore = _ =>
        {
            var reply = new HubReply(200, _hub.Weights) { DropAfter = first ? 30_000 : null };
            first = false;
            return reply;
        };

        var pulled = await PullAsync();

        Assert.Equal(_hub.Weights, File.ReadAllBytes(Path.Combine(pulled.Folder, "model.safetensors")));
    }

    [Fact]
    public async Task PullAsync_EarlierAttemptLeftOtherBytes_StartsOver()
    {
        _hub.OnStore = _ => new HubReply(200, [.. _hub.Weights.Select(value => (byte)~value)]) { DropAfter = 30_000 };
        await Assert.ThrowsAsync<HubException>(() => PullAsync(attempts: 1));
        _hub.OnStore = null;

        var pulled = await PullAsync();

        Assert.Equal(_hub.Weights, File.ReadAllBytes(Path.Combine(pulled.Folder, "model.safetensors")));
    }

    [Fact]
    public async Task PullAsync_ServerStaysAway_FailsAndKeepsWhatCame()
    {
        var sent = false;
        _hub.OnStore = request =>
        {
            var reply = sent ? new HubReply(503, []) : FakeHub.Part(request, _hub.Weights) with { DropAfter = 30_000 };
            sent = true;
            return reply;
        };

        var exception = await Assert.ThrowsAsync<HubException>(() => PullAsync(attempts: 3));

        Assert.Equal(HubError.Unreachable, exception.Error);
        Assert.Contains("503", exception.Message, StringComparison.Ordinal);
        Assert.Equal(4, _hub.Store.Requests.Count);
        var partial = Assert.Single(Directory.GetFiles(_folder.File("models--acme--tiny/blobs"), "*.incomplete"));
        Assert.Equal(30_000, new FileInfo(partial).Length);
        Assert.Null(new HubCache(_folder.Path).FindSnapshot(Tiny));
    }

    [Theory]
    [InlineData(-100)]
    [InlineData(100)]
    public async Task PullAsync_HubLiesAboutTheLength_IsRefused(int difference)
    {
        _hub.OnHub = request => request.Path.EndsWith(".safetensors", StringComparison.Ordinal)
            ? With(_hub.Answer(request), "X-Linked-Size", $"{_hub.Weights.Length + difference}")
            : null;

        var exception = await Assert.ThrowsAsync<HubException>(() => PullAsync(attempts: 2));

        Assert.Equal(difference < 0 ? HubError.Damaged : HubError.Unreachable, exception.Error);
        Assert.Null(new HubCache(_folder.Path).FindSnapshot(Tiny));
    }

    [Fact]
    public async Task PullAsync_ResponseLongerThanItsContentLengthSays_IsCompletedByAnother()
    {
        _hub.OnStore = request => request.From > 0 ? null : new HubReply(200, _hub.Weights) { Headers = { ["Content-Length"] = "1000" } };

        var pulled = await PullAsync();

        Assert.Equal(_hub.Weights, File.ReadAllBytes(Path.Combine(pulled.Folder, "model.safetensors")));
    }

    [Fact]
    public async Task PullAsync_PartThatWasNotAskedFor_StartsOver()
    {
        var requests = 0;
        _hub.OnStore = request => requests++ switch
        {
            0 => FakeHub.Part(request, _hub.Weights) with { DropAfter = 30_000 },
            1 => new HubReply(206, _hub.Weights[10..]) { Headers = { ["Content-Range"] = $"bytes 10-{_hub.Weights.Length - 1}/{_hub.Weights.Length}" } },
            _ => null,
        };

        var pulled = await PullAsync();

        Assert.Equal(_hub.Weights, File.ReadAllBytes(Path.Combine(pulled.Folder, "model.safetensors")));
    }

    [Theory]
    [InlineData("model.safetensors")]
    [InlineData("vocab.json")]
    public async Task PullAsync_OtherBytesThanAnnounced_AreRefused(string name)
    {
        var other = _hub.Files[name].ToArray();
        other[^1] ^= 1;
        _hub.OnStore = request => name == "model.safetensors" ? FakeHub.Part(request, other) : null;
        _hub.OnHub = request => request.Method == "GET" && request.Path.EndsWith(name, StringComparison.Ordinal) && name == "vocab.json"
            ? FakeHub.Part(request, other)
            : null;

        var exception = await Assert.ThrowsAsync<HubException>(() => PullAsync());

        Assert.Equal(HubError.Damaged, exception.Error);
        Assert.Contains(name, exception.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder.File("models--acme--tiny/blobs"), "*.incomplete"));
        Assert.Null(new HubCache(_folder.Path).FindSnapshot(Tiny));
    }

    [Fact]
    public async Task PullAsync_Token_GoesToTheEndpointAlone()
    {
        await PullAsync(token: "hf_secret");

        Assert.All(_hub.Server.Requests, request => Assert.Equal("Bearer hf_secret", request.Headers["Authorization"]));
        Assert.NotEmpty(_hub.Store.Requests);
        Assert.All(_hub.Store.Requests, request => Assert.False(request.Headers.ContainsKey("Authorization")));
    }

    [Fact]
    public async Task PullAsync_TokenAndRedirectThroughAnotherHostAndBack_OtherHostGetsNone()
    {
        // The other host redirects back: the token goes to the endpoint again, and never to the host between.
        _hub.OnStore = request => request.Path == "/bucket/1" ? Redirect(_hub.Server.Address + "/back") : null;
        _hub.OnHub = request => request.Path == "/back" ? FakeHub.Part(request, _hub.Weights) : null;

        await PullAsync(token: "hf_secret");

        Assert.All(_hub.Store.Requests, request => Assert.False(request.Headers.ContainsKey("Authorization")));
    }

    [Fact]
    public async Task PullAsync_RenamedModel_FollowsWithinTheHub()
    {
        _hub.OnHub = request => request.Path.StartsWith("/acme/old/", StringComparison.Ordinal) || request.Path.StartsWith("/api/models/acme/old/", StringComparison.Ordinal)
            ? Redirect(request.Path.Replace("acme/old", "acme/tiny", StringComparison.Ordinal))
            : null;

        var pulled = await PullAsync(reference: "acme/old");

        using var model = Model.Open(pulled.Folder);
        Assert.Equal("acme/old", model.Name);
    }

    [Fact]
    public async Task PullAsync_RedirectsInCircles_IsRefused()
    {
        _hub.OnStore = request => Redirect(request.Path);

        var exception = await Assert.ThrowsAsync<HubException>(() => PullAsync());

        Assert.Equal(HubError.InvalidAnswer, exception.Error);
        Assert.Contains("redirects", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PullAsync_RedirectToAFile_IsRefused()
    {
        _hub.OnStore = _ => Redirect("file:///etc/hostname");

        var exception = await Assert.ThrowsAsync<HubException>(() => PullAsync());

        Assert.Equal(HubError.InvalidAnswer, exception.Error);
    }

    [Theory]
    [InlineData("../../evil")]
    [InlineData("")]
    public async Task PullAsync_TagThatIsNoFileName_IsRefused(string etag)
    {
        _hub.OnHub = request => request.Path.EndsWith(".safetensors", StringComparison.Ordinal) ? With(_hub.Answer(request), "X-Linked-Etag", $"\"{etag}\"") : null;

        var exception = await Assert.ThrowsAsync<HubException>(() => PullAsync());

        Assert.Equal(HubError.InvalidAnswer, exception.Error);
    }

    [Theory]
    [InlineData(401, HubError.Denied, "HF_TOKEN")]
    [InlineData(403, HubError.Denied, "HF_TOKEN")]
    [InlineData(404, HubError.NotFound, "Check owner, name and revision")]
    [InlineData(418, HubError.InvalidAnswer, "418")]
    [InlineData(500, HubError.Unreachable, "500")]
    public async Task PullAsync_Status_SaysWhatToDo(int status, HubError error, string text)
    {
        _hub.OnHub = _ => new HubReply(status, []);

        var exception = await Assert.ThrowsAsync<HubException>(() => PullAsync(attempts: 2));

        Assert.Equal(error, exception.Error);
        Assert.Contains(text, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PullAsync_NotJson_SaysThatItIsNoHub()
    {
        _hub.OnHub = _ => new HubReply(200, Encoding.UTF8.GetBytes("<html>"));

        var exception = await Assert.ThrowsAsync<HubException>(() => PullAsync());

        Assert.Equal(HubError.InvalidAnswer, exception.Error);
    }

    [Fact]
    public async Task PullAsync_OnlyPickledWeights_SaysWhereConvertedOnesMayBe()
    {
        _hub.Files.Remove("model.safetensors", out _);

        var exception = await Assert.ThrowsAsync<HubException>(() => PullAsync());

        Assert.Equal(HubError.NoModel, exception.Error);
        Assert.Contains("pytorch_model.bin", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PullAsync_Revision_IsAskedForAndRemembered()
    {
        var pulled = await PullAsync(reference: "acme/tiny@refs/pr/1");

        Assert.Contains(_hub.Server.Requests, request => request.Path == "/api/models/acme/tiny/revision/refs%2Fpr%2F1");
        Assert.Equal(pulled.Folder, new HubCache(_folder.Path).FindSnapshot(HubReference.Parse("acme/tiny@refs/pr/1")));
        Assert.Null(new HubCache(_folder.Path).FindSnapshot(Tiny));
    }

    [Fact]
    public async Task PullAsync_AnotherFetchesTheSame_SaysSo()
    {
        _hub.OnStore = request =>
        {
            // While the weights come, somebody else wants them too.
            var exception = Assert.ThrowsAsync<HubException>(() => PullAsync()).GetAwaiter().GetResult();
            Assert.Equal(HubError.Busy, exception.Error);
            return FakeHub.Part(request, _hub.Weights);
        };

        await PullAsync();

        Assert.Single(_hub.Store.Requests);
    }

    [Fact]
    public async Task PullAsync_Cancelled_GoesOnFromThere()
    {
        using var cancellation = new CancellationTokenSource();
        using var downloader = new HubDownloader(Options(), TimeProvider.System);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => downloader.PullAsync(
            Tiny,
            progress =>
            {
                if (progress.Bytes > progress.TotalBytes / 2) cancellation.Cancel();
            },
            cancellation.Token));

        var pulled = await PullAsync();

        Assert.InRange(pulled.FetchedBytes, 1, pulled.SizeBytes / 2);
        Assert.True(_hub.Store.Requests[^1].From > 0);
    }

    [Fact]
    public async Task PullAsync_ServerFallsSilent_IsGivenUpInTime()
    {
        using var silence = new ManualResetEventSlim();
        _hub.OnHub = _ =>
        {
            silence.Wait();
            return null;
        };
        using var downloader = new HubDownloader(new HubOptions
        {
            Endpoint = _hub.Server.Address,
            Token = null,
            CacheFolder = _folder.Path,
            Attempts = 1,
            StallTimeout = TimeSpan.FromMilliseconds(50),
        }, TimeProvider.System);

        var exception = await Assert.ThrowsAsync<HubException>(() => downloader.PullAsync(Tiny, progress: null, TestContext.Current.CancellationToken));

        silence.Set();
        Assert.Equal(HubError.Unreachable, exception.Error);
    }

    [Fact]
    public async Task PullAsync_Progress_GrowsToTheTotal()
    {
        var seen = new List<HubProgress>();
        using var downloader = new HubDownloader(Options(), TimeProvider.System);

        await downloader.PullAsync(Tiny, seen.Add, TestContext.Current.CancellationToken);

        Assert.Equal(seen.Select(progress => progress.Bytes).Order(), seen.Select(progress => progress.Bytes));
        Assert.Equal(seen[^1].TotalBytes, seen[^1].Bytes);
    }

    private static HubReply Redirect(string location) => new(302, []) { Headers = { ["Location"] = location } };

    private static HubReply With(HubReply reply, string header, string value)
    {
        reply.Headers[header] = value;
        return reply;
    }

    private HubOptions Options(int attempts = 5, string? token = null) => new()
    {
        Endpoint = _hub.Server.Address,
        Token = token,
        CacheFolder = _folder.Path,
        Attempts = attempts,
        RetryPause = TimeSpan.Zero,
    };

    private async Task<PulledModel> PullAsync(int attempts = 5, string? token = null, string reference = "acme/tiny")
    {
        using var downloader = new HubDownloader(Options(attempts, token), TimeProvider.System);
        return await downloader.PullAsync(HubReference.Parse(reference), progress: null, TestContext.Current.CancellationToken);
    }
}
