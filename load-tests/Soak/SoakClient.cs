using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Attune.V1;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using RivaConfig = Attune.Riva.Asr.RecognitionConfig;
using RivaRequest = Attune.Riva.Asr.StreamingRecognizeRequest;

namespace Attune.Soak;

/// <summary>Sends requests of all kinds. Everything about a request follows from its number.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class SoakClient : IDisposable
{
    private const int Rate = 16_000, Domains = 20, ResetEvery = 50, ChunkBytes = Rate / 5 * 2;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly byte[] _audio;
    private readonly int _bytes;
    private readonly Uri _webSocket;
    private readonly GrpcChannel _channel;
    private readonly Speech.SpeechClient _speech;
    private readonly V1.Adaptation.AdaptationClient _domains;
    private readonly Attune.Riva.Asr.RivaSpeechRecognition.RivaSpeechRecognitionClient _riva;

    /// <param name="server">For gRPC.</param>
    /// <param name="web">For WebSockets.</param>
    /// <param name="audio">16-bit samples at 16 kHz, of which each request takes a piece.</param>
    /// <param name="length">Of that piece.</param>
    public SoakClient(Uri server, Uri web, byte[] audio, TimeSpan length)
    {
        _audio = audio;
        _bytes = (int)(length.TotalSeconds * Rate) * 2;
        _webSocket = new UriBuilder(web) { Scheme = "ws", Path = "/v1/stream" }.Uri;
        _channel = GrpcChannel.ForAddress(server);
        _speech = new Speech.SpeechClient(_channel);
        _domains = new V1.Adaptation.AdaptationClient(_channel);
        _riva = new Attune.Riva.Asr.RivaSpeechRecognition.RivaSpeechRecognitionClient(_channel);
    }

    /// <summary>Sends a request and waits for its end.</summary>
    /// <returns>The status, with what it says if it is another than expected.</returns>
    public async Task<string> SendAsync(int request)
    {
        var kind = SoakMix.KindOf(request);
        try
        {
            await SendAsync(kind, request);
            return "OK";
        }
        catch (RpcException exception)
        {
            var status = exception.StatusCode.ToString();
            return status == SoakMix.ExpectedOf(kind) ? status : $"{status}: {exception.Status.Detail}";
        }
        catch (Exception exception) when (exception is WebSocketException or IOException or OperationCanceledException or InvalidOperationException)
        {
            return $"{exception.GetType().Name}: {exception.Message}";
        }
    }

    public void Dispose() => _channel.Dispose();

    private static CallOptions Options => new(deadline: (TimeProvider.System.GetUtcNow() + Patience).UtcDateTime);

    private Task SendAsync(SoakKind kind, int request) => kind switch
    {
        SoakKind.Recognise => RecogniseAsync(request, "", steps: 0),
        SoakKind.Adapt => RecogniseAsync(request, "", steps: 2),
        SoakKind.Domain => RecogniseAsync(request, Domain(request), steps: 1),
        SoakKind.Stream => StreamAsync(request, isAbandoned: false),
        SoakKind.Abandoned => StreamAsync(request, isAbandoned: true),
        SoakKind.WebSocket => WebSocketAsync(request),
        SoakKind.Riva => RivaAsync(request),
        SoakKind.RivaStream => RivaStreamAsync(request),
        SoakKind.Inspect => InspectAsync(request),
        SoakKind.BadAudio => _speech.RecognizeAsync(new RecognizeRequest { Audio = ByteString.CopyFromUtf8("RIFF this is no audio") }, Options).ResponseAsync,
        SoakKind.BadField => _speech.RecognizeAsync(
            new RecognizeRequest { Config = new RecognitionConfig { Encoding = V1.AudioEncoding.Linear16, SampleRateHertz = 1 }, Audio = Audio(request) }, Options).ResponseAsync,
        SoakKind.UnknownDomain => _domains.GetDomainAsync(new GetDomainRequest { Domain = "nobody" }, Options).ResponseAsync,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Unknown."),
    };

    private static string Domain(int request) => string.Create(CultureInfo.InvariantCulture, $"line-{request % Domains:00}");

    private static RecognitionConfig Config(string domain, int steps) => new()
    {
        Encoding = V1.AudioEncoding.Linear16,
        SampleRateHertz = Rate,
        Domain = domain,
        Adaptation = new AdaptationConfig { Steps = steps },
    };

    private int Start(int request) => (int)(request * 7919L * ChunkBytes % (_audio.Length - _bytes)) & ~1;

    private ByteString Audio(int request) => UnsafeByteOperations.UnsafeWrap(_audio.AsMemory(Start(request), _bytes));

    private IEnumerable<ReadOnlyMemory<byte>> Chunks(int request)
    {
        for (var sent = 0; sent < _bytes; sent += ChunkBytes) yield return _audio.AsMemory(Start(request) + sent, Math.Min(ChunkBytes, _bytes - sent));
    }

    private async Task RecogniseAsync(int request, string domain, int steps) =>
        await _speech.RecognizeAsync(new RecognizeRequest { Config = Config(domain, steps), Audio = Audio(request) }, Options);

    private async Task StreamAsync(int request, bool isAbandoned)
    {
        using var call = _speech.StreamingRecognize(Options);
        await call.RequestStream.WriteAsync(new StreamingRecognizeRequest
        {
            StreamingConfig = new StreamingRecognitionConfig { Config = Config(Domain(request), steps: 1), InterimResults = true },
        });
        var reading = DrainAsync(call.ResponseStream);
        foreach (var chunk in Chunks(request))
        {
            await call.RequestStream.WriteAsync(new StreamingRecognizeRequest { Audio = UnsafeByteOperations.UnsafeWrap(chunk) });
            if (isAbandoned) break;
        }

        if (isAbandoned) call.Dispose();
        else await call.RequestStream.CompleteAsync();
        await reading;
    }

    private async Task RivaAsync(int request) => await _riva.RecognizeAsync(
        new Attune.Riva.Asr.RecognizeRequest { Config = RivaConfiguration(), Audio = Audio(request) }, Options);

    private async Task RivaStreamAsync(int request)
    {
        using var call = _riva.StreamingRecognize(Options);
        await call.RequestStream.WriteAsync(new RivaRequest { StreamingConfig = new Attune.Riva.Asr.StreamingRecognitionConfig { Config = RivaConfiguration(), InterimResults = true } });
        var reading = DrainAsync(call.ResponseStream);
        foreach (var chunk in Chunks(request)) await call.RequestStream.WriteAsync(new RivaRequest { AudioContent = UnsafeByteOperations.UnsafeWrap(chunk) });
        await call.RequestStream.CompleteAsync();
        await reading;
    }

    private static RivaConfig RivaConfiguration() => new() { Encoding = Attune.Riva.AudioEncoding.LinearPcm, SampleRateHertz = Rate, CustomConfiguration = { ["attune.steps"] = "0" } };

    private async Task InspectAsync(int request)
    {
        var listed = await _domains.ListDomainsAsync(new ListDomainsRequest(), Options);
        if (listed.Domains.Count == 0) return;
        var name = listed.Domains[request % listed.Domains.Count].Name;
        await _domains.ListRevisionsAsync(new ListRevisionsRequest { Domain = name }, Options);
        if (request % ResetEvery == 0) await _domains.ResetDomainAsync(new ResetDomainRequest { Domain = name }, Options);
    }

    private async Task WebSocketAsync(int request)
    {
        using var patience = new CancellationTokenSource(Patience);
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(_webSocket, patience.Token);
        var config = new StreamingRecognizeRequest { StreamingConfig = new StreamingRecognitionConfig { Config = Config(Domain(request), steps: 1), InterimResults = true } };
        await socket.SendAsync(Encoding.UTF8.GetBytes(JsonFormatter.Default.Format(config)), WebSocketMessageType.Text, endOfMessage: true, patience.Token);
        var reading = DrainAsync(socket, patience.Token);
        foreach (var chunk in Chunks(request)) await socket.SendAsync(chunk, WebSocketMessageType.Binary, endOfMessage: true, patience.Token);
        await socket.SendAsync("""{"end_of_stream": {}}"""u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, patience.Token);
        await reading;
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, patience.Token);
        if (socket.CloseStatus != WebSocketCloseStatus.NormalClosure) throw new InvalidOperationException($"{socket.CloseStatus} {socket.CloseStatusDescription}");
    }

    private static async Task DrainAsync<T>(IAsyncStreamReader<T> responses)
    {
        while (await responses.MoveNext(CancellationToken.None))
        {
            // Only the end counts.
        }
    }

    private static async Task DrainAsync(ClientWebSocket socket, CancellationToken cancellationToken)
    {
        var buffer = new byte[1 << 16];
        var received = 0;
        while (true)
        {
            var result = await socket.ReceiveAsync(buffer.AsMemory(received), cancellationToken);
            if (result.MessageType == WebSocketMessageType.Close) return;
            received += result.Count;
            if (!result.EndOfMessage) continue;
            using var json = JsonDocument.Parse(buffer.AsMemory(0, received));
            if (json.RootElement.TryGetProperty("error", out var error)) throw new InvalidOperationException(error.ToString());
            received = 0;
        }
    }
}
