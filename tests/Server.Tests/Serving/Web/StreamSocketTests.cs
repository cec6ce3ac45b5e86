using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Attune.Server.Serving.Streaming;
using Attune.Server.Tests.Serving.Streaming;
using Microsoft.Extensions.DependencyInjection;

namespace Attune.Server.Tests.Serving.Web;

public class StreamSocketTests(ServerFixture server)
{
    private const string Config = """
        {"streaming_config": {"config": {"encoding": "AUDIO_ENCODING_LINEAR16", "sample_rate_hertz": 16000, "adaptation": {"steps": 0}, "domain": "line-8"}, "interim_results": true}}
        """;

    [Fact]
    public async Task Stream_ConfigurationAudioEnd_AnswersAsGrpcDoes()
    {
        var audio = StreamAudio.Pcm16(await StreamAudio.JoinAsync(TimeSpan.FromSeconds(1.2), "digits-clean-2", "digits-clean-3"));
        var expected = await StreamCall.RunAsync(server.Speech, StreamCall.Config(), audio);
        using var socket = await ConnectAsync();

        await SendTextAsync(socket, Config);
        var reading = ReadAsync(socket);
        foreach (var chunk in audio.Chunk(3201)) await socket.SendAsync(chunk, WebSocketMessageType.Binary, endOfMessage: true, CancellationToken.None);
        await SendTextAsync(socket, """{"end_of_stream": {}}""");
        var messages = await reading;

        var results = messages.SelectMany(message => message.GetProperty("results").EnumerateArray()).ToArray();
        Assert.Equal(
            expected.SelectMany(response => response.Results).Where(result => result.IsFinal).Select(result => result.Alternatives[0].Transcript),
            results.Where(result => result.GetProperty("is_final").GetBoolean()).Select(result => result.GetProperty("alternatives")[0].GetProperty("transcript").GetString()));
        Assert.Equal("line-8", results[^1].GetProperty("revision").GetProperty("domain").GetString());
        Assert.Contains(results, result => !result.GetProperty("is_final").GetBoolean() && !result.GetProperty("is_draft").GetBoolean());
        Assert.Equal(WebSocketCloseStatus.NormalClosure, socket.CloseStatus);
    }

    [Theory]
    [InlineData("hello", "JSON")]
    [InlineData("""{"end_of_utterance": {}}""", "first message")]
    [InlineData("""{"streaming_config": {"config": {"encoding": "AUDIO_ENCODING_LINEAR16"}}}""", "sample_rate_hertz")]
    [InlineData("""{"streaming_config": {"config": {"encodin": 1}}}""", "encodin")]
    public async Task Stream_BadConfiguration_SaysWhyAndCloses(string text, string words)
    {
        using var socket = await ConnectAsync();
        await SendTextAsync(socket, text);

        var error = Assert.Single(await ReadAsync(socket)).GetProperty("error");

        Assert.Equal(("INVALID_REQUEST", "INVALID_ARGUMENT"), (error.GetProperty("reason").GetString(), error.GetProperty("status").GetString()));
        Assert.Contains(words, error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(WebSocketCloseStatus.PolicyViolation, socket.CloseStatus);
    }

    [Fact]
    public async Task Stream_ClientVanishes_GivesItsPlaceBack()
    {
        var socket = await ConnectAsync();
        await SendTextAsync(socket, Config);
        await socket.SendAsync(new byte[32_000], WebSocketMessageType.Binary, endOfMessage: true, CancellationToken.None);

        socket.Dispose();

        await server.Services.GetRequiredService<StreamAdmission>().DrainAsync();
    }

    [Fact]
    public async Task Stream_PageOfAnotherOrigin_IsForbidden()
    {
        var client = server.WebSockets;
        client.ConfigureRequest = request => request.Headers.Origin = "http://elsewhere.example";

        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => client.ConnectAsync(new Uri("ws://localhost/v1/stream"), CancellationToken.None));

        Assert.Contains("403", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stream_NoWebSocket_SaysWhatItIs()
    {
        using var http = server.Http;

        using var response = await http.GetAsync(new Uri("/v1/stream", UriKind.Relative));

        Assert.Equal(HttpStatusCode.UpgradeRequired, response.StatusCode);
        Assert.Contains("WebSocket", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private Task<WebSocket> ConnectAsync() => server.WebSockets.ConnectAsync(new Uri("ws://localhost/v1/stream"), CancellationToken.None);

    private static Task SendTextAsync(WebSocket socket, string text) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);

    /// <summary>Every message until the server closes; then closes too.</summary>
    private static async Task<List<JsonElement>> ReadAsync(WebSocket socket)
    {
        var messages = new List<JsonElement>();
        var buffer = new byte[1 << 16];
        while (true)
        {
            var length = 0;
            WebSocketReceiveResult received;
            do
            {
                received = await socket.ReceiveAsync(new ArraySegment<byte>(buffer, length, buffer.Length - length), CancellationToken.None);
                length += received.Count;
            }
            while (!received.EndOfMessage);

            if (received.MessageType == WebSocketMessageType.Close) break;
            messages.Add(JsonDocument.Parse(buffer.AsMemory(0, length).ToArray()).RootElement);
        }

        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        return messages;
    }
}
