using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Attune.Server.Tests.Access;
using Attune.Server.Tests.Checkpoints;
using Attune.Server.Tests.Domains;
using Attune.Server.Tests.State;
using Attune.V1;
using Grpc.Core;

namespace Attune.Server.Tests.Serving.Web;

/// <summary>The same methods as JSON over HTTP.</summary>
public sealed class JsonDoorTests(ServerFixture server)
{
    private static CancellationToken Token => TestStore.Token;

    [Theory]
    [InlineData("enableWordTimeOffsets")]
    [InlineData("enable_word_time_offsets")]
    public async Task Recognize_Recording_AnswersAsGrpcDoes(string wordTimes)
    {
        var request = Samples.Request(Samples.Wav(Samples.Clean), new RecognitionConfig { EnableWordTimeOffsets = true, Adaptation = new AdaptationConfig { Steps = 1 } });
        var expected = Assert.Single((await server.Speech.RecognizeAsync(request, cancellationToken: Token)).Results);
        using var http = server.Http;

        using var response = await PostAsync(
            http, "/v1/speech:recognize", Say($$"""{"adaptation": {"steps": 1}, "{{wordTimes}}": true}"""));
        var result = Assert.Single((await JsonAsync(response)).GetProperty("results").EnumerateArray());

        Assert.Equal("application/json", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal(expected.Draft, result.GetProperty("draft").GetString());
        var alternative = result.GetProperty("alternatives")[0];
        Assert.Equal(expected.Alternatives[0].Transcript, alternative.GetProperty("transcript").GetString());
        Assert.Equal(expected.Alternatives[0].Words.Count, alternative.GetProperty("words").GetArrayLength());
        Assert.Equal("OUTCOME_ADAPTED", result.GetProperty("adaptation").GetProperty("outcome").GetString());
    }

    [Fact]
    public async Task Recognize_BadField_SaysWhatGrpcSays()
    {
        var expected = await GrpcErrors.FailureAsync(
            server.Speech.RecognizeAsync(Samples.Request(Samples.Wav(Samples.Clean), new RecognitionConfig { Adaptation = new AdaptationConfig { Steps = 101 } }), cancellationToken: Token));
        using var http = server.Http;

        using var response = await PostAsync(
            http, "/v1/speech:recognize", Say("""{"adaptation": {"steps": 101}}"""));
        var error = await JsonAsync(response);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal((int)StatusCode.InvalidArgument, error.GetProperty("code").GetInt32());
        Assert.Equal(expected.Status.Detail, error.GetProperty("message").GetString());
        Assert.Equal("INVALID_REQUEST", Detail(error, "google.rpc.ErrorInfo").GetProperty("reason").GetString());
        Assert.Equal(GrpcErrors.Fields(expected), Detail(error, "google.rpc.BadRequest").GetProperty("fieldViolations").EnumerateArray().Select(item => item.GetProperty("field").GetString()));
        Assert.NotEmpty(Detail(error, "google.rpc.RequestInfo").GetProperty("requestId").GetString()!);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("""{"audoi": "AAAA"}""")]
    [InlineData("""{"audio": "no base64!"}""")]
    [InlineData("[]")]
    public async Task Recognize_NoSuchMessage_IsBadRequest(string body)
    {
        using var http = server.Http;

        using var response = await PostAsync(http, "/v1/speech:recognize", body);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal((int)StatusCode.InvalidArgument, (await JsonAsync(response)).GetProperty("code").GetInt32());
    }

    [Fact]
    public async Task GetModelAndLoad_Always_TellTheServer()
    {
        using var http = server.Http;

        var model = await http.GetFromJsonAsync<JsonElement>("/v1/model", Token);
        var load = await http.GetFromJsonAsync<JsonElement>("/v1/load", Token);

        Assert.Equal("spoken-numbers-en", model.GetProperty("name").GetString());
        Assert.Equal(0, load.GetProperty("activeStreams").GetInt32());
        Assert.True(load.GetProperty("storeReachable").GetBoolean());
    }

    [Fact]
    public async Task Domains_AsJson_AreSeenWatchedAndChanged()
    {
        await using var host = await DomainHost.StartAsync();
        using var http = Http2(host.Url);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/events") { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var watch = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token); // comes at once: nothing from here on is missed
        using var events = new StreamReader(await watch.Content.ReadAsStreamAsync(Token));
        await host.TeachAsync();

        var updated = JsonElement.Parse((await events.ReadLineAsync(Token))!);
        var list = await http.GetFromJsonAsync<JsonElement>("/v1/domains?pageSize=10", Token);
        var revision = Assert.Single((await http.GetFromJsonAsync<JsonElement>($"/v1/domains/{DomainHost.Line}/revisions", Token)).GetProperty("revisions").EnumerateArray());
        using var frozen = await PostAsync(http, $"/v1/domains/{DomainHost.Line}:freeze", "{}");
        using var reset = await PostAsync(http, $"/v1/domains/{DomainHost.Line}:reset", """{"revision": "0"}""");
        var domain = await http.GetFromJsonAsync<JsonElement>($"/v1/domains/{DomainHost.Line}", Token);
        using var deleted = await http.DeleteAsync($"/v1/domains/{DomainHost.Line}", Token);
        using var gone = await http.GetAsync($"/v1/domains/{DomainHost.Line}", Token);

        Assert.Equal(("KIND_UPDATED", DomainHost.Line), (updated.GetProperty("kind").GetString(), updated.GetProperty("domain").GetString()));
        Assert.Equal("1", list.GetProperty("domains")[0].GetProperty("revision").GetString());
        Assert.True(revision.GetProperty("verdict").GetProperty("passed").GetBoolean());
        Assert.True((await JsonAsync(frozen)).GetProperty("frozen").GetBoolean());
        Assert.Equal("0", (await JsonAsync(reset)).GetProperty("revision").GetString());
        Assert.Equal((100, 2d), (domain.GetProperty("resetTest").GetProperty("window").GetInt32(), domain.GetProperty("resetTest").GetProperty("threshold").GetDouble()));
        Assert.Equal("1", (await JsonAsync(deleted)).GetProperty("revisions").GetString());
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
        Assert.Equal("DOMAIN_NOT_FOUND", Detail(await JsonAsync(gone), "google.rpc.ErrorInfo").GetProperty("reason").GetString());
    }

    [Fact]
    public async Task WatchEvents_StrategyWithGaussian_TellsImprovementAndZ()
    {
        await using var host = await DomainHost.StartAsync("--Adaptation:Slow:ResetWindow", "6");
        for (var i = 0; i < 4; i++) await host.TeachAsync();

        var domain = await host.GetAsync();
        using var watch = host.Watch(DomainHost.Line, after: 0);
        V1.DomainEvent? last = null;
        for (var i = 0; i < 4; i++) last = await DomainHost.NextAsync(watch);

        Assert.True(domain.ResetTest.HasMean && domain.ResetTest.HasDeviation);
        Assert.Equal((last!.LossImprovement - domain.ResetTest.Mean) / (domain.ResetTest.Deviation / Math.Sqrt(2)), last.StandardErrors, 1e-9);
    }

    [Fact]
    public async Task Checkpoints_AsJson_AreListedActivatedAndRolledBack()
    {
        using var folder = new TemporaryFolder();
        await using var host = await CheckpointServer.StartAsync(RepositoryFiles.Golden("tiny-group"), folder.Path);
        var (id, sha256) = await host.ImportChangedAsync(0.1f);
        using var http = Http2(host.Url);

        var list = await http.GetFromJsonAsync<JsonElement>("/v1/checkpoints", Token);
        using var activated = await PostAsync(http, $"/v1/checkpoints/{id[..8]}:activate", "{}");
        var serves = await host.ServesAsync();
        using var back = await PostAsync(http, "/v1/checkpoints:rollback", "{}");

        Assert.Equal(id, list.GetProperty("checkpoints")[0].GetProperty("id").GetString());
        Assert.Equal(id, (await JsonAsync(activated)).GetProperty("active").GetString());
        Assert.Equal(sha256, serves);
        Assert.Equal(("", id), ((await JsonAsync(back)).GetProperty("active").GetString(), (await JsonAsync(back)).GetProperty("previous").GetString()));
    }

    [Fact]
    public async Task Call_NotAllowedOrUsedUp_IsToldInJson()
    {
        var alice = TestClient.New("alice", "recognise", "acme", "AudioPerMinute", "00:00:01");
        await using var host = await AccessHost.StartAsync([.. alice.Settings, "--Serving:WebUrl", "http://127.0.0.1:0"]);
        using var http = new HttpClient { BaseAddress = new Uri(host.Urls[1]) };
        using var nobody = await http.GetAsync("/v1/model", Token);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", alice.Key);
        var say = Say("""{"adaptation": {"steps": 0}}""");

        using var foreign = await http.GetAsync("/v1/domains", Token);
        using var served = await PostAsync(http, "/v1/speech:recognize", say);
        using var refused = await PostAsync(http, "/v1/speech:recognize", say);

        Assert.Equal((HttpStatusCode.Unauthorized, "Bearer"), (nobody.StatusCode, nobody.Headers.WwwAuthenticate.ToString()));
        Assert.Equal("UNAUTHENTICATED", Detail(await JsonAsync(nobody), "google.rpc.ErrorInfo").GetProperty("reason").GetString());
        Assert.Equal((HttpStatusCode.Forbidden, (int)StatusCode.PermissionDenied), (foreign.StatusCode, (await JsonAsync(foreign)).GetProperty("code").GetInt32()));
        Assert.Contains("adapt or administer", (await JsonAsync(foreign)).GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, served.StatusCode);
        Assert.StartsWith("\"audio-minute\";q=1", served.Headers.GetValues("ratelimit-policy").Single(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 300);
        Assert.Equal("QUOTA_EXCEEDED", Detail(await JsonAsync(refused), "google.rpc.ErrorInfo").GetProperty("reason").GetString());
    }

    /// <summary>Plain text without a door for browsers speaks HTTP/2 alone.</summary>
    private static HttpClient Http2(string url) =>
        new() { BaseAddress = new Uri(url), DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };

    /// <summary>A request for a sample.</summary>
    private static string Say(string config) => $$$"""{"config": {{{config}}}, "audio": "{{{Convert.ToBase64String(Samples.Wav(Samples.Clean))}}}"}""";

    private static Task<HttpResponseMessage> PostAsync(HttpClient http, string path, string json) =>
        http.PostAsync(path, new StringContent(json, Encoding.UTF8, "application/json"), Token);

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage response) => JsonElement.Parse(await response.Content.ReadAsStringAsync(Token)); // may be asked again

    private static JsonElement Detail(JsonElement error, string type) =>
        error.GetProperty("details").EnumerateArray().Single(detail => detail.GetProperty("@type").GetString()!.EndsWith(type, StringComparison.Ordinal));
}
