using Attune.V1;
using Grpc.Core;

namespace Attune.Server.Tests.Serving;

public class BadAudioTests(ServerFixture server)
{
    public static TheoryData<string, byte[], RecognitionConfig?, string, string[]> BadAudio => new()
    {
        { "no bytes", [], null, "AUDIO_EMPTY", ["0 bytes"] },
        { "end missing", Samples.Wav(Samples.Clean)[..^1000], null, "AUDIO_TRUNCATED", ["declares", "follow"] },
        { "no audio", "<!doctype html><html></html>"u8.ToArray(), null, "AUDIO_UNSUPPORTED_FORMAT", ["3C21646F63747970"] },
        { "length is a lie", Samples.MakeWav(1, 16, 16000, new byte[3200], declaredBytes: 1_000_000), null, "AUDIO_TRUNCATED", ["1,000,000", "3,200"] },
        { "zero samples", Samples.MakeWav(1, 16, 16000, []), null, "AUDIO_EMPTY", ["at least one sample"] },
        { "one sample", Samples.MakeWav(1, 16, 16000, new byte[2]), null, "AUDIO_TOO_SHORT", ["at least 2960 samples", "Given: 1."] },
        { "one raw sample", new byte[2], Raw(AudioEncoding.Linear16, 16000), "AUDIO_TOO_SHORT", ["Given: 1."] },
        { "half a sample", new byte[3], Raw(AudioEncoding.Linear16, 16000), "AUDIO_TRUNCATED", ["multiple of 2 bytes", "3 bytes"] },
        { "NaN in a file", Samples.MakeWav(3, 32, 16000, Samples.FloatsWithNaN(16000)), null, "AUDIO_NOT_FINITE", ["sample 8000", "NaN"] },
        { "NaN in raw floats", Samples.FloatsWithNaN(16000), Raw(AudioEncoding.Float32, 16000), "AUDIO_NOT_FINITE", ["sample 8000", "NaN"] },
        { "31 minutes", new byte[31 * 60 * 8000], Raw(AudioEncoding.Mulaw, 8000), "AUDIO_TOO_LONG", ["1800 s", "1860 s"] },
    };

    [Theory]
    [MemberData(nameof(BadAudio), DisableDiscoveryEnumeration = true)]
    public async Task Recognize_BadAudio_NamesCauseAndValue(string what, byte[] audio, RecognitionConfig? config, string label, string[] words)
    {
        Assert.NotEmpty(what);

        var failure = await GrpcErrors.FailureAsync(server.Speech.RecognizeAsync(Samples.Request(audio, config)));

        GrpcErrors.AssertError(failure, StatusCode.InvalidArgument, label, words);
        Assert.Equal(["audio"], GrpcErrors.Fields(failure));
    }

    [Fact]
    public async Task Recognize_MessageOverSize_IsResourceExhausted()
    {
        var request = Samples.Request(new byte[64 * 1024 * 1024]);

        var failure = await GrpcErrors.FailureAsync(server.Speech.RecognizeAsync(request));

        Assert.Equal(StatusCode.ResourceExhausted, failure.StatusCode);
    }

    private static RecognitionConfig Raw(AudioEncoding encoding, int rate) => new() { Encoding = encoding, SampleRateHertz = rate };
}
