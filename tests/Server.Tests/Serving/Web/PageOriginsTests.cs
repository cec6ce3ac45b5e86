using System.Net;
using Attune.Server.Tests.Access;
using Attune.Server.Tests.State;

namespace Attune.Server.Tests.Serving.Web;

/// <summary>What pages of other sites may ask a server on the visitor's machine.</summary>
public class PageOriginsTests
{
    private static readonly string[] Web = ["--Serving:WebUrl", "http://127.0.0.1:0"];

    [Theory]
    [InlineData("POST", "/v1/checkpoints:rollback", "http://elsewhere.example", null, HttpStatusCode.Forbidden)]
    [InlineData("GET", "/v1/model", "null", null, HttpStatusCode.Forbidden)]
    [InlineData("GET", "/v1/model", null, "rebound.example", HttpStatusCode.Forbidden)]
    [InlineData("GET", "/", null, "rebound.example", HttpStatusCode.Forbidden)]
    [InlineData("GET", "/v1/model", "http://friend.example", null, HttpStatusCode.OK)]
    [InlineData("GET", "/v1/model", null, "friend.example", HttpStatusCode.OK)]
    [InlineData("GET", "/v1/model", "http://localhost", "localhost", HttpStatusCode.OK)]
    [InlineData("GET", "/v1/model", null, null, HttpStatusCode.OK)]
    public async Task Request_OpenServer_IsAnsweredForItsOwnPagesAlone(string verb, string path, string? origin, string? host, HttpStatusCode status)
    {
        await using var server = await AccessHost.StartAsync([.. Web, "--Serving:WebOrigins", "http://friend.example"]);

        Assert.Equal(status, await SendAsync(server, verb, path, origin, host));
    }

    [Fact]
    public async Task Request_ServerWithCredentials_MayHaveAnyName()
    {
        await using var server = await AccessHost.StartAsync([.. Web, .. TestClient.New("alice", "recognise").Settings]);

        Assert.Equal(HttpStatusCode.OK, await SendAsync(server, "GET", "/", origin: null, "speech.example"));
        Assert.Equal(HttpStatusCode.Forbidden, await SendAsync(server, "GET", "/", "http://elsewhere.example", "speech.example"));
    }

    [Fact]
    public async Task Preflight_PageOfANamedOrigin_IsAllowed()
    {
        await using var server = await AccessHost.StartAsync([.. Web, "--Serving:WebOrigins", "http://friend.example"]);
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Options, server.Urls[1] + "/v1/checkpoints:rollback");
        request.Headers.Add("Origin", "http://friend.example");
        request.Headers.Add("Access-Control-Request-Method", "POST");
        request.Headers.Add("Access-Control-Request-Headers", "authorization,content-type");

        using var response = await http.SendAsync(request, TestStore.Token);

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Equal("http://friend.example", response.Headers.GetValues("Access-Control-Allow-Origin").Single());
    }

    private static async Task<HttpStatusCode> SendAsync(AccessHost server, string verb, string path, string? origin, string? host)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(new HttpMethod(verb), server.Urls[1] + path);
        if (origin is not null) request.Headers.Add("Origin", origin);
        if (host is not null) request.Headers.Host = host;
        using var response = await http.SendAsync(request, TestStore.Token);
        return response.StatusCode;
    }
}
