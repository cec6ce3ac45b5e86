using Attune.Recognition.Models;
using Attune.Recognition.Models.Hub;

namespace Attune.Recognition.Tests.Models.Hub;

public sealed class HubDownloaderTests : HubTest
{
    [Fact]
    public async Task PullAsync_Model_IsInStandardLayoutAndOpens()
    {
        var pulled = await PullAsync();

        var repository = Folder.File("models--acme--tiny");
        Assert.Equal(Path.Combine(repository, "snapshots", FakeHub.Commit), pulled.Folder);
        Assert.Equal(FakeHub.Commit, File.ReadAllText(Path.Combine(repository, "refs", "main")));
        Assert.StartsWith("../../blobs/", new FileInfo(Path.Combine(pulled.Folder, "model.safetensors")).LinkTarget, StringComparison.Ordinal);
        Assert.Equal(Hub.Weights, File.ReadAllBytes(Path.Combine(pulled.Folder, "model.safetensors")));
        Assert.Equal(pulled.SizeBytes, pulled.FetchedBytes);
        using var model = Model.Open(pulled.Folder);
        Assert.Equal("acme/tiny", model.Name);
    }

    [Fact]
    public async Task PullAsync_Model_FetchesOnlyWhatAModelFolderNeeds()
    {
        var pulled = await PullAsync();

        Assert.DoesNotContain(Directory.GetFiles(pulled.Folder), path => Path.GetFileName(path) is "pytorch_model.bin" or "README.md");
        Assert.DoesNotContain(Hub.Server.Requests, request => request.Path.EndsWith(".bin", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("merges.txt", new[] { "config.json", "merges.txt", "model.safetensors", "vocab.json" })]
    [InlineData("vocab.txt", new[] { "config.json", "model.safetensors", "vocab.txt" })]
    public async Task PullAsync_TextModel_FetchesItsTokenizer(string tokenizer, string[] files)
    {
        Hub.Files.Remove("preprocessor_config.json");
        Hub.Files[tokenizer] = [35];

        var pulled = await PullAsync();

        Assert.Equal(files, Directory.GetFiles(pulled.Folder).Select(path => Path.GetFileName(path)).Order());
    }

    [Fact]
    public async Task PullAsync_Again_FetchesNothing()
    {
        await PullAsync();

        var again = await PullAsync();

        Assert.Equal(0, again.FetchedBytes);
        Assert.Single(Hub.Store.Requests);
    }

    [Fact]
    public async Task PullAsync_DamagedInCache_IsFetchedAgain()
    {
        var pulled = await PullAsync();
        var blob = new FileInfo(Path.Combine(pulled.Folder, "model.safetensors")).ResolveLinkTarget(returnFinalTarget: true)!.FullName;
        var damaged = Hub.Weights.ToArray();
        damaged[^1] ^= 1;
        File.WriteAllBytes(blob, damaged);

        await PullAsync();

        Assert.Equal(Hub.Weights, File.ReadAllBytes(blob));
    }

    [Fact]
    public async Task PullAsync_ConnectionDrops_GoesOnFromThere()
    {
        Hub.OnStore = request => FakeHub.Part(request, Hub.Weights) with { DropAfter = Math.Min(30_000, Hub.Weights.Length - request.From) };

        var pulled = await PullAsync();

        Assert.Equal(Hub.Weights, File.ReadAllBytes(Path.Combine(pulled.Folder, "model.safetensors")));
        Assert.Equal(pulled.SizeBytes, pulled.FetchedBytes);
        Assert.True(Hub.Store.Requests.Count > 2);
        Assert.Equal(30_000, Hub.Store.Requests[1].From);
    }

    [Fact]
    public async Task PullAsync_NoRanges_StartsOver()
    {
        var first = true;
        Hub.OnStore = _ =>
        {
            var reply = new HubReply(200, Hub.Weights) { DropAfter = first ? 30_000 : null };
            first = false;
            return reply;
        };

        var pulled = await PullAsync();

        Assert.Equal(Hub.Weights, File.ReadAllBytes(Path.Combine(pulled.Folder, "model.safetensors")));
    }

    [Fact]
    public async Task PullAsync_EarlierAttemptLeftOtherBytes_StartsOver()
    {
        Hub.OnStore = _ => new HubReply(200, [.. Hub.Weights.Select(value => (byte)~value)]) { DropAfter = 30_000 };
        await Assert.ThrowsAsync<HubException>(() => PullAsync(attempts: 1));
        Hub.OnStore = null;

        var pulled = await PullAsync();

        Assert.Equal(Hub.Weights, File.ReadAllBytes(Path.Combine(pulled.Folder, "model.safetensors")));
    }

    [Fact]
    public async Task PullAsync_ServerStaysAway_FailsAndKeepsWhatCame()
    {
        var sent = false;
        Hub.OnStore = request =>
        {
            var reply = sent ? new HubReply(503, []) : FakeHub.Part(request, Hub.Weights) with { DropAfter = 30_000 };
            sent = true;
            return reply;
        };

        var exception = await Assert.ThrowsAsync<HubException>(() => PullAsync(attempts: 3));

        Assert.Equal(HubError.Unreachable, exception.Error);
        Assert.Contains("503", exception.Message, StringComparison.Ordinal);
        Assert.Equal(4, Hub.Store.Requests.Count);
        var partial = Assert.Single(Directory.GetFiles(Folder.File("models--acme--tiny/blobs"), "*.incomplete"));
        Assert.Equal(30_000, new FileInfo(partial).Length);
        Assert.Null(new HubCache(Folder.Path).FindSnapshot(Tiny));
    }

    [Fact]
    public async Task PullAsync_ResponseLongerThanItsContentLengthSays_IsCompletedByAnother()
    {
        Hub.OnStore = request => request.From > 0 ? null : new HubReply(200, Hub.Weights) { Headers = { ["Content-Length"] = "1000" } };

        var pulled = await PullAsync();

        Assert.Equal(Hub.Weights, File.ReadAllBytes(Path.Combine(pulled.Folder, "model.safetensors")));
    }

    [Fact]
    public async Task PullAsync_PartThatWasNotAskedFor_StartsOver()
    {
        var requests = 0;
        Hub.OnStore = request => requests++ switch
        {
            0 => FakeHub.Part(request, Hub.Weights) with { DropAfter = 30_000 },
            1 => new HubReply(206, Hub.Weights[10..]) { Headers = { ["Content-Range"] = $"bytes 10-{Hub.Weights.Length - 1}/{Hub.Weights.Length}" } },
            _ => null,
        };

        var pulled = await PullAsync();

        Assert.Equal(Hub.Weights, File.ReadAllBytes(Path.Combine(pulled.Folder, "model.safetensors")));
    }

    [Fact]
    public async Task PullAsync_RenamedModel_FollowsWithinTheHub()
    {
        Hub.OnHub = request => request.Path.StartsWith("/acme/old/", StringComparison.Ordinal) || request.Path.StartsWith("/api/models/acme/old/", StringComparison.Ordinal)
            ? Redirect(request.Path.Replace("acme/old", "acme/tiny", StringComparison.Ordinal))
            : null;

        var pulled = await PullAsync(reference: "acme/old");

        using var model = Model.Open(pulled.Folder);
        Assert.Equal("acme/old", model.Name);
    }

    [Fact]
    public async Task PullAsync_Revision_IsAskedForAndRemembered()
    {
        var pulled = await PullAsync(reference: "acme/tiny@refs/pr/1");

        Assert.Contains(Hub.Server.Requests, request => request.Path == "/api/models/acme/tiny/revision/refs%2Fpr%2F1");
        Assert.Equal(pulled.Folder, new HubCache(Folder.Path).FindSnapshot(HubReference.Parse("acme/tiny@refs/pr/1")));
        Assert.Null(new HubCache(Folder.Path).FindSnapshot(Tiny));
    }

    [Fact]
    public async Task PullAsync_AnotherFetchesTheSame_SaysSo()
    {
        Hub.OnStore = request =>
        {
            // While the weights come, somebody else wants them too.
            var exception = Assert.ThrowsAsync<HubException>(() => PullAsync()).GetAwaiter().GetResult();
            Assert.Equal(HubError.Busy, exception.Error);
            return FakeHub.Part(request, Hub.Weights);
        };

        await PullAsync();

        Assert.Single(Hub.Store.Requests);
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
        Assert.True(Hub.Store.Requests[^1].From > 0);
    }

    [Fact]
    public async Task PullAsync_ServerFallsSilent_IsGivenUpInTime()
    {
        using var silence = new ManualResetEventSlim();
        Hub.OnHub = _ =>
        {
            silence.Wait();
            return null;
        };
        using var downloader = new HubDownloader(new HubOptions
        {
            Endpoint = Hub.Server.Address,
            Token = null,
            CacheFolder = Folder.Path,
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
}
