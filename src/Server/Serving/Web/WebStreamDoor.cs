using System.Buffers;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Attune.Server.Serving.Streaming;
using Google.Protobuf;

namespace Attune.Server.Serving.Web;

/// <summary>
/// attune.v1.Speech/StreamingRecognize over a WebSocket. Text messages are StreamingRecognizeRequest and StreamingRecognizeResponse as JSON; binary ones are
/// audio. The text <c>{"end_of_stream": {}}</c> stands for the end of the request stream, which a WebSocket does not have by itself.
/// </summary>
/// <param name="socket">Not disposed.</param>
/// <param name="tenant">Whose domain the client names.</param>
/// <param name="settings">Defaults.</param>
/// <param name="maxMessageBytes">Largest message of the client.</param>
internal sealed class WebStreamDoor(WebSocket socket, string tenant, RecognitionSettings settings, int maxMessageBytes) : IStreamDoor
{
    private const int ReceiveBytes = 1 << 14;

    private static readonly JsonSerializerOptions ErrorJson = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    private static readonly JsonParser Parser = new(JsonParser.Settings.Default);

    private static readonly JsonFormatter Formatter =
        new(JsonFormatter.Settings.Default.WithFormatDefaultValues(true).WithPreserveProtoFieldNames(true));

    private readonly ArrayBufferWriter<byte> _message = new();
    private Task<WebSocketMessageType> _receiving = Task.FromResult(WebSocketMessageType.Binary);

    public async Task<StreamJob> ReadJobAsync(CancellationToken cancellationToken)
    {
        if (await ReceiveAsync(cancellationToken) == WebSocketMessageType.Text && Parse() is { StreamingConfig: { } config })
            return StreamValidation.ToJob(config, tenant, settings.EndPointing);
        throw new InvalidRequestException(
            [new("streaming_config", "The first message must be the text {\"streaming_config\": ...}, and it was not. Send it before audio.")]);
    }

    public async Task<StreamInput?> ReadAsync(CancellationToken cancellationToken)
    {
        switch (await ReceiveAsync(cancellationToken))
        {
            case WebSocketMessageType.Binary:
                return new AudioInput(_message.WrittenSpan.ToArray());
            case WebSocketMessageType.Close:
                return null;
            default:
                var request = Parse();
                return request is null ? null : SpeechStreamDoor.ToInput(request);
        }
    }

    public Task SendAsync(StreamAnswer answer, StreamJob job, CancellationToken cancellationToken) =>
        SendAsync(Formatter.Format(StreamResponses.ToResponse(answer, job.WordTimes)), cancellationToken);

    /// <summary>Tells why the stream ended early.</summary>
    /// <param name="row">The kind of error.</param>
    /// <param name="message">What to do.</param>
    /// <param name="retryAfter">When to try again; null if that is not known.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task SendErrorAsync(StatusRow row, string message, TimeSpan? retryAfter, CancellationToken cancellationToken)
    {
        var status = JsonNamingPolicy.SnakeCaseUpper.ConvertName(row.Status.ToString());
        var error = new { reason = row.Label, status, message, retry_after_s = retryAfter?.TotalSeconds };
        return SendAsync(JsonSerializer.Serialize(new { error }, ErrorJson), cancellationToken);
    }

    private Task SendAsync(string text, CancellationToken cancellationToken) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, cancellationToken);

    /// <summary>Takes what the client still sends until it closes too: a connection that is cut earlier loses what was sent last.</summary>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        await _receiving.WaitAsync(cancellationToken);
        while (socket.State is WebSocketState.Open or WebSocketState.CloseSent) await ReceiveAsync(cancellationToken);
    }

    private Task<WebSocketMessageType> ReceiveAsync(CancellationToken cancellationToken) => _receiving = ReceiveWholeAsync(cancellationToken);

    /// <summary>Receives a message whole.</summary>
    private async Task<WebSocketMessageType> ReceiveWholeAsync(CancellationToken cancellationToken)
    {
        _message.ResetWrittenCount();
        while (true)
        {
            var received = await socket.ReceiveAsync(_message.GetMemory(ReceiveBytes), cancellationToken);
            _message.Advance(received.Count);
            if (received.EndOfMessage || received.MessageType == WebSocketMessageType.Close) return received.MessageType;
            if (_message.WrittenCount > maxMessageBytes)
                throw new InvalidRequestException([new("audio", $"A message may have {maxMessageBytes:N0} bytes; this one has more. Split it.")]);
        }
    }

    /// <summary>The text as a request; null for the end of the stream.</summary>
    private V1.StreamingRecognizeRequest? Parse()
    {
        var text = Encoding.UTF8.GetString(_message.WrittenSpan);
        try
        {
            using (var json = JsonDocument.Parse(text))
            {
                if (json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("end_of_stream", out _)) return null;
            }

            return Parser.Parse<V1.StreamingRecognizeRequest>(text);
        }
        catch (Exception exception) when (exception is JsonException or InvalidProtocolBufferException or InvalidJsonException or InvalidOperationException) // the last of a name with half a surrogate
        {
            throw new InvalidRequestException(
                [new("", $"A text message must be a StreamingRecognizeRequest in JSON: {exception.Message.TrimEnd('.')}. Correct it.")]);
        }
    }
}
