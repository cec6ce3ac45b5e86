using System.Text.Json;
using Attune.Adaptation;
using Attune.Cli.Transcription;
using static Attune.Cli.Tests.Transcription.Transcripts;

namespace Attune.Cli.Tests.Transcription;

public sealed class JsonFormatTests
{
    [Fact]
    public void Success_LossIsNaN_WritesNull()
    {
        var text = new JsonFormat().Success(
            File(null, Utterance("A", "A", steps: 1, before: double.PositiveInfinity, after: double.NaN, outcome: AdaptationOutcome.Diverged)));

        using var json = JsonDocument.Parse(text);
        Assert.Equal(JsonValueKind.Null, json.RootElement.GetProperty("loss_before").ValueKind);
        Assert.Equal(JsonValueKind.Null, json.RootElement.GetProperty("loss_after").ValueKind);
        Assert.Equal("diverged", json.RootElement.GetProperty("outcome").GetString());
    }

    [Fact]
    public void Success_ApostrophesAndUmlauts_StayReadableOnOneLine()
    {
        var text = new JsonFormat().Success(File("DON'T\u00a0F\u00dcR", Utterance("DON'T", "F\u00dcR")));

        Assert.Contains("\"draft\":\"DON'T\",\"final\":\"F\u00dcR\"", text, StringComparison.Ordinal);
        Assert.Equal(text.Length - 1, text.IndexOf('\n', StringComparison.Ordinal));
    }

    [Fact]
    public void Failure_WritesFileCodeAndMessage() => Assert.Equal(
        "{\"file\":\"a.wav\",\"error\":{\"code\":\"not_found\",\"message\":\"The file does not exist.\"}}\n",
        new JsonFormat().Failure(new FileFailure("a.wav", "not_found", "The file does not exist.")));
}
