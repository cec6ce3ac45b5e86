using Attune.V1;

namespace Attune.Server.Tests.Serving;

public class RequestLogTests(ServerFixture server)
{
    [Fact]
    public async Task Recognize_Always_LogsFiguresButNoWords()
    {
        server.Logs.Clear();
        var config = new RecognitionConfig { EnableWordTimeOffsets = true };

        var response = await server.Speech.RecognizeAsync(Samples.Request(Samples.Wav(Samples.Clean), config));
        await GrpcErrors.FailureAsync(server.Speech.RecognizeAsync(Samples.Request([])));

        var lines = server.Logs.Lines;
        Assert.Contains(lines, line => line.Contains("Recognize by anonymous: OK", StringComparison.Ordinal)
            && line.Contains("4.1 s of audio, 1 utterances (Adapted 1), 5 steps", StringComparison.Ordinal)
            && line.StartsWith("Information", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("Recognize by anonymous: AUDIO_EMPTY", StringComparison.Ordinal));
        string[] words = [.. (response.Results[0].Draft + " " + response.Results[0].Alternatives[0].Transcript + " " + Samples.Transcript(Samples.Clean)).Split(' ')];
        Assert.True(words.Length > 3);
        Assert.All(lines, line => Assert.DoesNotContain(line.Split(' ', '(', ')', ',', '[', ']', '\n'), token => words.Contains(token)));
    }
}
