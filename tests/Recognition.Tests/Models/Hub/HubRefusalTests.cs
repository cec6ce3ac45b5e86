using System.Text;
using Attune.Recognition.Models.Hub;

namespace Attune.Recognition.Tests.Models.Hub;

/// <summary>What a hub may not do, and who is never given the token.</summary>
public sealed class HubRefusalTests : HubTest
{
    [Theory]
    [InlineData(-100)]
    [InlineData(100)]
    public async Task PullAsync_HubLiesAboutTheLength_IsRefused(int difference)
    {
        Hub.OnHub = request => request.Path.EndsWith(".safetensors", StringComparison.Ordinal)
            ? With(Hub.Answer(request), "X-Linked-Size", $"{Hub.Weights.Length + difference}")
            : null;

        var exception = await Assert.ThrowsAsync<HubException>(() => PullAsync(attempts: 2));

        Assert.Equal(difference < 0 ? HubError.Damaged : HubError.Unreachable, exception.Error);
        Assert.Null(new HubCache(Folder.Path).FindSnapshot(Tiny));
    }

    [Theory]
    [InlineData("model.safetensors")]
    [InlineData("vocab.json")]
    public async Task PullAsync_OtherBytesThanAnnounced_AreRefused(string name)
    {
        var other = Hub.Files[name].ToArray();
        other[^1] ^= 1;
        Hub.OnStore = request => name == "model.safetensors" ? FakeHub.Part(request, other) : null;
        Hub.OnHub = request => request.Method == "GET" && request.Path.EndsWith(name, StringComparison.Ordinal) && name == "vocab.json"
            ? FakeHub.Part(request, other)
            : null;

        var exception = await Assert.ThrowsAsync<HubException>(() => PullAsync());

        Assert.Equal(HubError.Damaged, exception.Error);
        Assert.Contains(name, exception.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(Folder.File("models--acme--tiny/blobs"), "*.incomplete"));
        Assert.Null(new HubCache(Folder.Path).FindSnapshot(Tiny));
    }

    [Fact]
    public async Task PullAsync_Token_GoesToTheEndpointAlone()
    {
        await PullAsync(token: "hf_secret");

        Assert.All(Hub.Server.Requests, request => Assert.Equal("Bearer hf_secret", request.Headers["Authorization"]));
        Assert.NotEmpty(Hub.Store.Requests);
        Assert.All(Hub.Store.Requests, request => Assert.False(request.Headers.ContainsKey("Authorization")));
    }

    [Fact]
    public async Task PullAsync_TokenAndRedirectThroughAnotherHostAndBack_OtherHostGetsNone()
    {
        // The other host redirects back: the token goes to the endpoint again, and never to the host between.
        Hub.OnStore = request => request.Path == "/bucket/1" ? Redirect(Hub.Server.Address + "/back") : null;
        Hub.OnHub = request => request.Path == "/back" ? FakeHub.Part(request, Hub.Weights) : null;

        await PullAsync(token: "hf_secret");

        Assert.All(Hub.Store.Requests, request => Assert.False(request.Headers.ContainsKey("Authorization")));
    }

    [Fact]
    public async Task PullAsync_RedirectsInCircles_IsRefused()
    {
        Hub.OnStore = request => Redirect(request.Path);

        var exception = await Assert.ThrowsAsync<HubException>(() => PullAsync());

        Assert.Equal(HubError.InvalidAnswer, exception.Error);
        Assert.Contains("redirects", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PullAsync_RedirectToAFile_IsRefused()
    {
        Hub.OnStore = _ => Redirect("file:///etc/hostname");

        var exception = await Assert.ThrowsAsync<HubException>(() => PullAsync());

        Assert.Equal(HubError.InvalidAnswer, exception.Error);
    }

    [Theory]
    [InlineData("../../evil")]
    [InlineData("")]
    public async Task PullAsync_TagThatIsNoFileName_IsRefused(string etag)
    {
        Hub.OnHub = request => request.Path.EndsWith(".safetensors", StringComparison.Ordinal) ? With(Hub.Answer(request), "X-Linked-Etag", $"\"{etag}\"") : null;

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
        Hub.OnHub = _ => new HubReply(status, []);

        var exception = await Assert.ThrowsAsync<HubException>(() => PullAsync(attempts: 2));

        Assert.Equal(error, exception.Error);
        Assert.Contains(text, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PullAsync_NotJson_SaysThatItIsNoHub()
    {
        Hub.OnHub = _ => new HubReply(200, Encoding.UTF8.GetBytes("<html>"));

        var exception = await Assert.ThrowsAsync<HubException>(() => PullAsync());

        Assert.Equal(HubError.InvalidAnswer, exception.Error);
    }

    [Fact]
    public async Task PullAsync_OnlyPickledWeights_SaysWhereConvertedOnesMayBe()
    {
        Hub.Files.Remove("model.safetensors", out _);

        var exception = await Assert.ThrowsAsync<HubException>(() => PullAsync());

        Assert.Equal(HubError.NoModel, exception.Error);
        Assert.Contains("pytorch_model.bin", exception.Message, StringComparison.Ordinal);
    }
}
