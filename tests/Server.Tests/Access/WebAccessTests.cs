using System.Net;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Attune.Server.Access;
using Attune.Server.Tests.State;

namespace Attune.Server.Tests.Access;

/// <summary>The door for browsers obeys the same rules.</summary>
public sealed class WebAccessTests : IAsyncLifetime
{
    private static readonly TestClient Alice = TestClient.New("alice", "recognise adapt", "acme", "AudioPerMinute", "00:00:01");
    private static readonly TestClient Bob = TestClient.New("bob", "administer", "acme");

    private AccessHost _server = null!;

    private Uri Stream => new(_server.Urls[1] + "/v1/stream");

    public async ValueTask InitializeAsync() =>
        _server = await AccessHost.StartAsync([.. Alice.Settings, .. Bob.Settings, "--Serving:WebUrl", "http://127.0.0.1:0"]);

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Stream_KeyAsSubprotocol_IsLetInAndNotAnsweredWithIt()
    {
        using var socket = await ConnectAsync(Alice.Key);

        await socket.SendAsync(
            Encoding.UTF8.GetBytes("""{"streaming_config": {"config": {"encoding": "AUDIO_ENCODING_LINEAR16", "sample_rate_hertz": 16000, "domain": "line-7"}}}"""),
            WebSocketMessageType.Text, endOfMessage: true, TestStore.Token);
        for (var i = 0; i < 2; i++) await socket.SendAsync(new byte[32_000], WebSocketMessageType.Binary, endOfMessage: true, TestStore.Token);
        var error = (await ReceiveAsync(socket)).GetProperty("error");

        Assert.Equal(Credential.Subprotocol, socket.SubProtocol);
        Assert.Equal(("QUOTA_EXCEEDED", "RESOURCE_EXHAUSTED"), (error.GetProperty("reason").GetString(), error.GetProperty("status").GetString()));
        Assert.InRange(error.GetProperty("retry_after_s").GetDouble(), 1, 60);
    }

    [Theory]
    [InlineData(null, HttpStatusCode.Unauthorized)]
    [InlineData("attune_wrong", HttpStatusCode.Unauthorized)]
    [InlineData("bob", HttpStatusCode.Forbidden)]
    public async Task Stream_NotAllowed_IsRefusedBeforeItOpens(string? credential, HttpStatusCode status)
    {
        using var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        socket.Options.AddSubProtocol(Credential.Subprotocol);
        if (credential is not null) socket.Options.AddSubProtocol(Credential.SubprotocolPrefix + (credential == "bob" ? Bob.Key : credential));

        await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(new UriBuilder(Stream) { Scheme = "ws" }.Uri, TestStore.Token));

        Assert.Equal(status, socket.HttpStatusCode);
    }

    [Fact]
    public async Task Stream_PlainRequest_IsToldInJson()
    {
        using var http = new HttpClient();

        using var response = await http.GetAsync(Stream, TestStore.Token);

        Assert.Equal("Bearer", response.Headers.WwwAuthenticate.ToString());
        var error = (await response.Content.ReadFromJsonAsync<JsonElement>(TestStore.Token)).GetProperty("error");
        Assert.Equal("UNAUTHENTICATED", error.GetProperty("reason").GetString());
        Assert.Contains("authorization: Bearer", error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    private async Task<ClientWebSocket> ConnectAsync(string key)
    {
        var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol(Credential.Subprotocol);
        socket.Options.AddSubProtocol(Credential.SubprotocolPrefix + key);
        await socket.ConnectAsync(new UriBuilder(Stream) { Scheme = "ws" }.Uri, TestStore.Token);
        return socket;
    }

    /// <summary>The first message that is an error.</summary>
    private static async Task<JsonElement> ReceiveAsync(ClientWebSocket socket)
    {
        var buffer = new byte[1 << 14];
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer, TestStore.Token);
            Assert.Equal(WebSocketMessageType.Text, received.MessageType);
            var message = JsonDocument.Parse(buffer.AsMemory(0, received.Count).ToArray()).RootElement;
            if (message.TryGetProperty("error", out _)) return message;
        }
    }
}
