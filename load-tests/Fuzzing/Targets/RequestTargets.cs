using System.Net.WebSockets;
using Attune.Adaptation;
using Attune.Adaptation.Collapse;
using Attune.Adaptation.Fast;
using Attune.Recognition;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Audio;
using Attune.Recognition.Audio.EndPointing;
using Attune.Recognition.Decoding;
using Attune.Recognition.Streaming;
using Attune.Server.Serving;
using Attune.Server.Serving.Riva;
using Attune.Server.Serving.Streaming;
using Attune.Server.Serving.Web;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace Attune.Fuzzing.Targets;

/// <summary>Requests, from their bytes to valid fields, without a server.</summary>
internal static class RequestTargets
{
    private const string Tenant = "acme", ModelName = "model";
    private const int MaxWebMessage = 1 << 14, ModelRate = 16_000, MaxKinds = 4;

    /// <summary>Far below the 8 KiB that many clients take in headers.</summary>
    private const int MaxMessage = 2_000;

    private static readonly RecognitionSettings Settings = new(
        Options.Create(new AudioOptions()), Options.Create(new RecognitionOptions()), Options.Create(new OnnxOptions()), Options.Create(new DecodingOptions()), Options.Create(new FastUpdateOptions()),
        Options.Create(new CollapseOptions()), Options.Create(new AdaptationThreadOptions()), Options.Create(new EndPointerOptions()), Options.Create(new StreamingOptions()));

    public static FuzzTarget Recognize() => One("recognize", V1.RecognizeRequest.Descriptor, bytes =>
        Describe(RequestValidation.ToJob(V1.RecognizeRequest.Parser.ParseFrom(bytes), Tenant)));

    public static FuzzTarget Riva() => One("riva", Attune.Riva.Asr.RecognizeRequest.Descriptor, bytes =>
        Describe(RivaRequests.ToJob(Attune.Riva.Asr.RecognizeRequest.Parser.ParseFrom(bytes), Tenant, ModelName)));

    public static FuzzTarget Streaming() => Several("streaming", V1.StreamingRecognizeRequest.Descriptor, bytes =>
        Describe(new SpeechStreamDoor(new Requests<V1.StreamingRecognizeRequest>(V1.StreamingRecognizeRequest.Parser, bytes), null!, Tenant, Settings)));

    public static FuzzTarget RivaStreaming() => Several("riva-streaming", Attune.Riva.Asr.StreamingRecognizeRequest.Descriptor, bytes =>
        Describe(new RivaStreamDoor(
            new Requests<Attune.Riva.Asr.StreamingRecognizeRequest>(Attune.Riva.Asr.StreamingRecognizeRequest.Parser, bytes), null!, Tenant, ModelName, Settings)));

    /// <summary>Text messages, a zero byte between them; one that begins with a 1 is binary.</summary>
    public static FuzzTarget WebSocket() => new(
        "web-socket", bytes => Describe(new WebStreamDoor(new FakeSocket(bytes), Tenant, Settings, MaxWebMessage)), IsRefusal)
    {
        Tokens =
        [
            "\0", "\0\u0001", "{", "}", "[", "]", "\"", ":", ",", "{\"streaming_config\": {}}", "{\"end_of_stream\": {}}", "{\"end_of_utterance\": {}}", "{\"keep_alive\": {}}", "\"config\": {", "\"encoding\": \"AUDIO_ENCODING_LINEAR16\"",
            "\"sample_rate_hertz\": 8000", "\"domain\": \"line-7\"", "\"latency_budget\": \"1.5s\"", "\"interim_results\": true", "\"endpointing\": {", "\"start_history\": \"0.2s\"", "\"audio\": \"AAAA\"", "\"adaptation\": {\"steps\": 5}",
        ],
        MaxMessage = MaxMessage,
    };

    private static bool IsRefusal(Exception exception) => exception is InvalidRequestException or AudioException or InvalidProtocolBufferException or WebSocketException;

    private static FuzzTarget One(string name, MessageDescriptor type, Func<byte[], string> parse) =>
        new(name, parse, IsRefusal) { Rewrite = (bytes, random) => Messages.Change(bytes, type, random), MaxMessage = MaxMessage };

    private static FuzzTarget Several(string name, MessageDescriptor type, Func<byte[], string> parse) =>
        new(name, parse, IsRefusal) { Rewrite = (bytes, random) => Messages.Rewrite(bytes, type, random), MaxMessage = MaxMessage };

    private static string Describe(RecognitionJob job) => $"{job.RawFormat?.Encoding} {job.Domain is null} {job.WordTimes} {job.Adaptation.LatencyBudget is null}";

    private static string Describe(IStreamDoor door)
    {
        var job = Wait(door.ReadJobAsync(CancellationToken.None));
        var decoder = new AudioDecoder(Settings.Audio).OpenStream(job.RawFormat, ModelRate, job.AcceptsWavHeader);
        var output = new System.Buffers.ArrayBufferWriter<float>();
        var kinds = "";
        while (Wait(door.ReadAsync(CancellationToken.None)) is { } input)
        {
            var kind = input is AudioInput ? 'a' : 'u';
            if (kinds.Length < MaxKinds && !kinds.EndsWith(kind)) kinds += kind;
            if (input is AudioInput audio) decoder.Append(audio.Bytes.Span, output, CancellationToken.None);
        }

        return $"{job.RawFormat?.Encoding} {job.Domain is null} {job.Interims} {job.SingleUtterance} {kinds}";
    }

    private static T Wait<T>(Task<T> task) => task.GetAwaiter().GetResult();

    private sealed class Requests<T>(MessageParser<T> parser, byte[] bytes) : IAsyncStreamReader<T>
        where T : IMessage<T>
    {
        private readonly IEnumerator<byte[]> _messages = Messages.Split(bytes).GetEnumerator();

        public T Current { get; private set; } = parser.ParseFrom(Array.Empty<byte>());

        public Task<bool> MoveNext(CancellationToken cancellationToken)
        {
            if (!_messages.MoveNext()) return Task.FromResult(false);
            Current = parser.ParseFrom(_messages.Current);
            return Task.FromResult(true);
        }
    }

    /// <summary>Receives what is given to it, in pieces of at most a thousand bytes.</summary>
    private sealed class FakeSocket(byte[] bytes) : WebSocket
    {
        private const int PieceBytes = 1_000;

        private readonly Queue<ReadOnlyMemory<byte>> _messages = new(Split(bytes));
        private ReadOnlyMemory<byte> _rest;
        private WebSocketMessageType _type;
        private bool _isInside;

        public override WebSocketCloseStatus? CloseStatus => null;

        public override string? CloseStatusDescription => null;

        public override WebSocketState State => WebSocketState.Open;

        public override string? SubProtocol => null;

        public override void Abort()
        {
        }

        public override Task CloseAsync(WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken) => Task.CompletedTask;

        public override Task CloseOutputAsync(WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken) => Task.CompletedTask;

        public override void Dispose()
        {
        }

        public override Task<WebSocketReceiveResult> ReceiveAsync(ArraySegment<byte> buffer, CancellationToken cancellationToken) => throw new NotSupportedException();

        public override ValueTask<ValueWebSocketReceiveResult> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
        {
            if (!_isInside)
            {
                if (!_messages.TryDequeue(out _rest)) return new(new ValueWebSocketReceiveResult(0, WebSocketMessageType.Close, true));
                _type = _rest.Span.StartsWith([(byte)1]) ? WebSocketMessageType.Binary : WebSocketMessageType.Text;
                if (_type == WebSocketMessageType.Binary) _rest = _rest[1..];
                _isInside = true;
            }

            var count = Math.Min(Math.Min(buffer.Length, _rest.Length), PieceBytes);
            _rest[..count].CopyTo(buffer);
            _rest = _rest[count..];
            _isInside = _rest.Length > 0;
            return new(new ValueWebSocketReceiveResult(count, _type, !_isInside));
        }

        public override Task SendAsync(ArraySegment<byte> buffer, WebSocketMessageType messageType, bool endOfMessage, CancellationToken cancellationToken) => Task.CompletedTask;

        private static IEnumerable<ReadOnlyMemory<byte>> Split(ReadOnlyMemory<byte> bytes)
        {
            for (int end; bytes.Length > 0; bytes = bytes[Math.Min(bytes.Length, end + 1)..])
            {
                end = bytes.Span.IndexOf((byte)0);
                if (end < 0) end = bytes.Length;
                yield return bytes[..end];
            }
        }
    }
}
