using Attune.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Attune.Server.Tests.Serving;

public class RequestValidationTests(ServerFixture server)
{
    public static TheoryData<string, string, RecognitionConfig> BadFields => new()
    {
        { "config.encoding", "Given: 99.", new() { Encoding = (AudioEncoding)99, SampleRateHertz = 16000 } },
        { "config.sample_rate_hertz", "Given: 0.", new() { Encoding = AudioEncoding.Linear16 } },
        { "config.sample_rate_hertz", "Given: 400000.", new() { Encoding = AudioEncoding.Linear16, SampleRateHertz = 400_000 } },
        { "config.audio_channel_count", "Given: -1.", new() { Encoding = AudioEncoding.Alaw, SampleRateHertz = 8000, AudioChannelCount = -1 } },
        { "config.audio_channel_count", "Given: 33.", new() { Encoding = AudioEncoding.Alaw, SampleRateHertz = 8000, AudioChannelCount = 33 } },
        { "config.adaptation.steps", "Given: -1.", Adapt(new() { Steps = -1 }) },
        { "config.adaptation.steps", "Given: 101.", Adapt(new() { Steps = 101 }) },
        { "config.adaptation.latency_budget", "Given: -1 s and 0 ns.", Adapt(new() { LatencyBudget = new Duration { Seconds = -1 } }) },
        { "config.adaptation.latency_budget", "Given: 0 s and 0 ns.", Adapt(new() { LatencyBudget = new Duration() }) },
        { "config.adaptation.latency_budget", "Given: 1 s and -5 ns.", Adapt(new() { LatencyBudget = new Duration { Seconds = 1, Nanos = -5 } }) },
        { "config.max_alternatives", "Given: 31.", new() { MaxAlternatives = 31 } },
        { "config.hotwords", "Given: 1001.", new() { Hotwords = { Enumerable.Repeat(new Hotword { Phrase = "ONE" }, 1001) } } },
        { "config.hotwords", "Given: 0.", new() { Hotwords = { new Hotword() } } },
        { "config.hotwords", "Given: 101.", new() { Hotwords = { new Hotword { Phrase = new string('A', 101) } } } },
        { "config.hotwords", "Given: NaN.", new() { Hotwords = { new Hotword { Phrase = "ONE", Boost = double.NaN } } } },
        { "config.decoding.beam_width", "Given: 1025.", Decode(new() { BeamWidth = 1025 }) },
        { "config.decoding.language_model_weight", "Given: -1.", Decode(new() { LanguageModelWeight = -1 }) },
        { "config.decoding.word_bonus", "Given: 10.5.", Decode(new() { WordBonus = 10.5 }) },
        { "config.decoding.temperature", "Given: 0.", Decode(new() { Temperature = 0 }) },
    };

    [Fact]
    public async Task Recognize_HotwordThatTheModelCannotWrite_NamesIt()
    {
        var config = new RecognitionConfig { Hotwords = { new Hotword { Phrase = "7UP" } } };

        var failure = await GrpcErrors.FailureAsync(server.Speech.RecognizeAsync(Samples.Request(Samples.Wav(Samples.Clean), config)));

        GrpcErrors.AssertError(failure, StatusCode.InvalidArgument, "INVALID_REQUEST", "must be written with the symbols", "Given: '7UP'.");
        Assert.Equal(["hotwords"], GrpcErrors.Fields(failure));
    }

    [Theory]
    [MemberData(nameof(BadFields), DisableDiscoveryEnumeration = true)]
    public async Task Recognize_BadField_NamesFieldAndValue(string field, string given, RecognitionConfig config)
    {
        var failure = await GrpcErrors.FailureAsync(server.Speech.RecognizeAsync(Samples.Request(Samples.Wav(Samples.Clean), config)));

        GrpcErrors.AssertError(failure, StatusCode.InvalidArgument, "INVALID_REQUEST", $"{field} must be", given);
        Assert.Equal([field], GrpcErrors.Fields(failure));
    }

    [Fact]
    public async Task Recognize_SeveralBadFields_NamesAll()
    {
        var config = new RecognitionConfig { Encoding = AudioEncoding.Mulaw, Adaptation = new AdaptationConfig { Steps = 500 } };

        var failure = await GrpcErrors.FailureAsync(server.Speech.RecognizeAsync(Samples.Request([1, 2], config)));

        Assert.Equal(["config.sample_rate_hertz", "config.adaptation.steps"], GrpcErrors.Fields(failure));
    }

    private static RecognitionConfig Decode(DecodingConfig decoding) => new() { Decoding = decoding };

    private static RecognitionConfig Adapt(AdaptationConfig adaptation) => new() { Adaptation = adaptation };
}
