using Attune.Riva.Asr;
using Attune.Server.Tests.Serving.Streaming;
using Google.Protobuf;
using Grpc.Core;

namespace Attune.Server.Tests.Serving.Riva;

/// <summary>
/// A client of Riva replayed: messages written field by field with the numbers that the protocol publishes, and not with our stubs.
/// </summary>
public class RivaServiceTests(ServerFixture server)
{
    private const string Service = "nvidia.riva.asr.RivaSpeechRecognition";

    private static readonly Marshaller<byte[]> Bytes = Marshallers.Create(bytes => bytes, bytes => bytes);

    [Fact]
    public async Task StreamingRecognize_ClientOfRiva_GetsInterimsAndFinals()
    {
        var audio = StreamAudio.Pcm16(await StreamAudio.JoinAsync(TimeSpan.FromSeconds(1.2), "digits-clean-2", "digits-clean-3"));
        using var call = server.Channel.CreateCallInvoker().AsyncDuplexStreamingCall(
            new Method<byte[], byte[]>(MethodType.DuplexStreaming, Service, "StreamingRecognize", Bytes, Bytes), host: null, new CallOptions());

        await call.RequestStream.WriteAsync(Message(
            (1, Message((1, Config(encoding: 1, rate: 16000)), (2, 1))), // streaming_config { config, interim_results }
            (100, Message((1, "request-7"u8.ToArray())))));
        var reading = ReadAsync(call.ResponseStream);
        foreach (var chunk in audio.Chunk(3200)) await call.RequestStream.WriteAsync(Message((2, chunk))); // audio_content
        await call.RequestStream.CompleteAsync();
        var responses = await reading;

        var finals = responses.SelectMany(response => response.Results).Where(result => result.IsFinal).ToArray();
        Assert.Equal(2, finals.Length);
        Assert.All(finals, final => Assert.Equal(final.Alternatives[0].Transcript, string.Join(' ', final.Alternatives[0].Words.Select(word => word.Word))));
        Assert.True(finals[1].Alternatives[0].Words[0].StartTime > finals[0].Alternatives[0].Words[^1].EndTime);
        Assert.Contains(responses, response => !response.Results[0].IsFinal && response.Results[0].Stability is > 0 and < 1);
        Assert.All(responses, response => Assert.Equal("request-7", response.Id.Value));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Recognize_ClientOfRiva_HearsAWavFileWhateverTheEncodingSays(bool stream)
    {
        var wav = Samples.Wav("digits-clean-2");
        var expected = await server.Speech.RecognizeAsync(Samples.Request("digits-clean-2", steps: 0));
        SpeechRecognitionAlternative alternative;
        if (stream)
        {
            var client = new RivaSpeechRecognition.RivaSpeechRecognitionClient(server.Channel);
            using var call = client.StreamingRecognize();
            await call.RequestStream.WriteAsync(new StreamingRecognizeRequest
            {
                StreamingConfig = new StreamingRecognitionConfig { Config = RecognitionConfig.Parser.ParseFrom(Config(encoding: 1, rate: 8000)) },
            });
            await call.RequestStream.WriteAsync(new StreamingRecognizeRequest { AudioContent = ByteString.CopyFrom(wav[..5]) });
            await call.RequestStream.WriteAsync(new StreamingRecognizeRequest { AudioContent = ByteString.CopyFrom(wav[5..]) });
            await call.RequestStream.CompleteAsync();
            await call.ResponseStream.MoveNext(CancellationToken.None);
            alternative = call.ResponseStream.Current.Results[0].Alternatives[0];
        }
        else
        {
            using var call = server.Channel.CreateCallInvoker().AsyncUnaryCall(
                new Method<byte[], byte[]>(MethodType.Unary, Service, "Recognize", Bytes, Bytes),
                host: null,
                new CallOptions(),
                Message((1, Config(encoding: 1, rate: 8000)), (2, wav)));
            alternative = RecognizeResponse.Parser.ParseFrom(await call.ResponseAsync).Results[0].Alternatives[0];
        }

        Assert.Equal(expected.Results[0].Alternatives[0].Transcript, alternative.Transcript);
        Assert.NotEmpty(alternative.Words);
    }

    [Fact]
    public async Task GetRivaSpeechRecognitionConfig_Always_NamesTheModel()
    {
        using var call = server.Channel.CreateCallInvoker().AsyncUnaryCall(
            new Method<byte[], byte[]>(MethodType.Unary, Service, "GetRivaSpeechRecognitionConfig", Bytes, Bytes), host: null, new CallOptions(), []);

        var config = Assert.Single(RivaSpeechRecognitionConfigResponse.Parser.ParseFrom(await call.ResponseAsync).ModelConfig);

        Assert.Equal(("spoken-numbers-en", "16000", "True"), (config.ModelName, config.Parameters["sample_rate"], config.Parameters["streaming"]));
    }

    [Fact]
    public async Task Recognize_BadFields_NamesAll()
    {
        var client = new RivaSpeechRecognition.RivaSpeechRecognitionClient(server.Channel);
        var config = new RecognitionConfig
        {
            Encoding = Attune.Riva.AudioEncoding.Mulaw,
            Model = "other",
            CustomConfiguration = { ["attune.steps"] = "many", ["vendor.key"] = "ignored" },
        };

        var failure = await GrpcErrors.FailureAsync(client.RecognizeAsync(new RecognizeRequest { Config = config, Audio = ByteString.CopyFrom(1, 2) }));

        GrpcErrors.AssertError(failure, StatusCode.InvalidArgument, "INVALID_REQUEST", "spoken-numbers-en", "Given: many.");
        Assert.Equal(["config.model", "config.sample_rate_hertz", "config.custom_configuration"], GrpcErrors.Fields(failure));
    }

    /// <summary>RecognitionConfig: encoding, sample rate, en-US, one alternative, one channel, word times, no steps.</summary>
    private static byte[] Config(int encoding, int rate) => Message(
        (1, encoding),
        (2, rate),
        (3, "en-US"u8.ToArray()),
        (4, 1),
        (7, 1),
        (8, 1),
        (11, 1),
        (24, Message((1, "attune.steps"u8.ToArray()), (2, "0"u8.ToArray()))),
        (25, Message((3, 700)))); // endpointing_config { stop_history }

    /// <summary>A message of varints and of length-delimited fields.</summary>
    private static byte[] Message(params (int Number, object Value)[] fields)
    {
        using var stream = new MemoryStream();
        using (var output = new CodedOutputStream(stream))
        {
            foreach (var (number, value) in fields)
            {
                output.WriteTag(number, value is int ? WireFormat.WireType.Varint : WireFormat.WireType.LengthDelimited);
                if (value is int integer) output.WriteInt32(integer);
                else output.WriteBytes(ByteString.CopyFrom((byte[])value));
            }
        }

        return stream.ToArray();
    }

    private static async Task<List<StreamingRecognizeResponse>> ReadAsync(IAsyncStreamReader<byte[]> stream)
    {
        var responses = new List<StreamingRecognizeResponse>();
        await foreach (var bytes in stream.ReadAllAsync()) responses.Add(StreamingRecognizeResponse.Parser.ParseFrom(bytes));
        return responses;
    }
}
