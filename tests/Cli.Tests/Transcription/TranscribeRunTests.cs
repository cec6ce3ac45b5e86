using System.Text.Json;
using Attune.Recognition.Audio;

namespace Attune.Cli.Tests.Transcription;

public sealed class TranscribeRunTests
{
    private static readonly string Clean = RepositoryFiles.Sample("digits-clean-3.wav");
    private static readonly string Noisy = RepositoryFiles.Sample("digits-babble-10db.wav");

    [Fact]
    public async Task Json_Reference_HasExactlyTheAgreedKeys()
    {
        var run = await CliRun.RunAsync("transcribe", "--json", "--steps", "2", Clean);

        Assert.Equal(ExitCode.Success, run.Status);
        Assert.Empty(run.Error);
        var line = Assert.Single(run.Json);
        Assert.Equal(
            [
                "file", "draft", "final", "steps", "loss_before", "loss_after", "audio_s", "compute_s", "words", "outcome", "confidence",
                "reference", "wer_draft", "wer_final",
            ],
            line.EnumerateObject().Select(property => property.Name));
        Assert.Equal(Clean, line.GetProperty("file").GetString());
        Assert.Equal(2, line.GetProperty("steps").GetInt32());
        Assert.True(line.GetProperty("loss_after").GetDouble() < line.GetProperty("loss_before").GetDouble());
        Assert.Equal(2.084, line.GetProperty("audio_s").GetDouble(), 3);
        Assert.True(line.GetProperty("compute_s").GetDouble() > 0);
        Assert.Equal("adapted", line.GetProperty("outcome").GetString());
        Assert.Equal("FOUR ZERO SIX SEVEN", line.GetProperty("reference").GetString());
        Assert.InRange(line.GetProperty("wer_draft").GetDouble(), 0, 1);
        Assert.InRange(line.GetProperty("confidence").GetDouble(), 0, 1);
    }

    [Fact]
    public async Task Json_Words_SpellTheFinalInOrder()
    {
        var run = await CliRun.RunAsync("transcribe", "--json", "--adapt", "none", Clean);

        var line = Assert.Single(run.Json);
        var words = line.GetProperty("words").EnumerateArray().ToArray();
        Assert.Equal(line.GetProperty("final").GetString(), string.Join(' ', words.Select(word => word.GetProperty("word").GetString())));
        Assert.All(words, word =>
        {
            Assert.Equal(["word", "start_s", "end_s", "confidence"], word.EnumerateObject().Select(property => property.Name));
            Assert.True(word.GetProperty("start_s").GetDouble() < word.GetProperty("end_s").GetDouble());
            Assert.InRange(word.GetProperty("confidence").GetDouble(), 0, 1);
        });
    }

    [Fact]
    public async Task Json_AdaptNone_FinalIsTheDraftOfAnAdaptedRun()
    {
        var adapted = Assert.Single((await CliRun.RunAsync("transcribe", "--json", "--steps", "1", Noisy)).Json);
        var line = Assert.Single((await CliRun.RunAsync("transcribe", "--json", "--adapt", "none", Noisy)).Json);

        Assert.Equal(0, line.GetProperty("steps").GetInt32());
        Assert.Equal(JsonValueKind.Null, line.GetProperty("loss_before").ValueKind);
        Assert.Equal(JsonValueKind.Null, line.GetProperty("loss_after").ValueKind);
        Assert.Equal("not_requested", line.GetProperty("outcome").GetString());
        Assert.Equal(line.GetProperty("draft").GetString(), line.GetProperty("final").GetString());
        Assert.Equal(adapted.GetProperty("draft").GetString(), line.GetProperty("draft").GetString());
    }

    [Fact]
    public async Task Json_AdaptSgem_MinimisesAnotherLoss()
    {
        var suta = Assert.Single((await CliRun.RunAsync("transcribe", "--json", "--steps", "1", Noisy)).Json);
        var sgem = Assert.Single((await CliRun.RunAsync("transcribe", "--json", "--adapt", "sgem", "--steps", "1", Noisy)).Json);

        Assert.Equal("adapted", sgem.GetProperty("outcome").GetString());
        Assert.NotEqual(suta.GetProperty("loss_before").GetDouble(), sgem.GetProperty("loss_before").GetDouble(), 1e-3);
        Assert.True(sgem.GetProperty("loss_after").GetDouble() < sgem.GetProperty("loss_before").GetDouble());
    }

    [Fact]
    public async Task Json_GoldenModel_GivesTheReferenceImplementationsText()
    {
        using var golden = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(RepositoryFiles.Golden("tiny-layer"), "golden.json")));
        var expected = golden.RootElement.GetProperty("cases").EnumerateArray().Select(entry => entry.GetProperty("text").GetString()).ToArray();

        var run = await CliRun.RunAsync("transcribe", "--json", "--adapt", "none", "--model", RepositoryFiles.Golden("tiny-layer"), RepositoryFiles.Golden("wav"));

        Assert.Equal(expected, run.Json.Select(line => line.GetProperty("draft").GetString()));
        Assert.All(run.Json, line => Assert.False(line.TryGetProperty("reference", out _)));
    }

    [Fact]
    public async Task Json_BadFilesAmongGood_ReportsThemAndGoesOn()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File("text.wav"), "This is not audio, whatever its name says.");
        await File.WriteAllBytesAsync(folder.File("short.wav"), Wav(new float[10], 16000));

        var run = await CliRun.RunAsync(
            "transcribe", "--json", "--adapt", "none", folder.File("missing.wav"), folder.File("text.wav"), folder.File("short.wav"), Clean);

        Assert.Equal(ExitCode.FileFailed, run.Status);
        Assert.Empty(run.Error);
        Assert.Equal(4, run.Json.Count);
        Assert.Equal(
            ["not_found", "unsupported_format", "too_short"],
            run.Json.Take(3).Select(line => line.GetProperty("error").GetProperty("code").GetString()));
        Assert.Equal(["file", "error"], run.Json[0].EnumerateObject().Select(property => property.Name));
        Assert.Equal(Clean, run.Json[3].GetProperty("file").GetString());
        Assert.False(run.Json[3].TryGetProperty("error", out _));
    }

    [Fact]
    public async Task Json_LongerThanAnUtterance_IsJoined()
    {
        using var folder = new TemporaryFolder();
        var spoken = await new AudioDecoder(new AudioOptions())
            .DecodeAsync(await File.ReadAllBytesAsync(Clean), rawFormat: null, sampleRateHz: 16000, CancellationToken.None);
        await File.WriteAllBytesAsync(folder.File("long.wav"), Wav([.. Enumerable.Repeat(spoken.Samples, 11).SelectMany(samples => samples)], 16000));

        var line = Assert.Single((await CliRun.RunAsync("transcribe", "--json", "--adapt", "none", folder.File("long.wav"))).Json);

        var starts = line.GetProperty("words").EnumerateArray().Select(word => word.GetProperty("start_s").GetDouble()).ToArray();
        Assert.Equal(11 * spoken.Duration.TotalSeconds, line.GetProperty("audio_s").GetDouble(), 2);
        Assert.Equal(starts.Order(), starts);
        Assert.True(starts[^1] > 20, $"The last word starts at {starts[^1]} s.");
        Assert.DoesNotContain("  ", line.GetProperty("final").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Text_TwoFiles_ShowsBlocksAndSummary()
    {
        var run = await CliRun.RunAsync("transcribe", "--steps", "1", Clean, Noisy);

        Assert.Equal(ExitCode.Success, run.Status);
        Assert.Empty(run.Error);
        Assert.DoesNotContain('\u001b', run.Output);
        Assert.Contains($"{Clean}  2.1 s\n  reference   FOUR ZERO SIX SEVEN\n  draft       ", run.Output, StringComparison.Ordinal);
        Assert.Contains("\n  final       ", run.Output, StringComparison.Ordinal);
        Assert.Contains("\n  adaptation  adapted, 1 step, loss ", run.Output, StringComparison.Ordinal);
        Assert.Matches(@"Total  2 files\n  audio       5\.6 s\n  time        [^\n]+ x real time\n  WER         [\d.]+ % \(\d+/11\) -> [\d.]+ % \(\d+/11\)\n$", run.Output);
    }

    [Fact]
    public async Task Text_MissingFile_IsReportedOnStandardError()
    {
        var run = await CliRun.RunAsync("transcribe", "--adapt", "none", "missing.wav", Clean);

        Assert.Equal(ExitCode.FileFailed, run.Status);
        Assert.Equal("attune: missing.wav: The file does not exist.\n", run.Error);
        Assert.Contains("Total  1 file, 1 failed\n", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Text_Interrupted_PrintsWhatIsFinished()
    {
        using var interrupt = new CancellationTokenSource();
        using var output = new InterruptingWriter(interrupt);

        var run = await CliRun.RunAsync(output, ["transcribe", "--adapt", "none", Clean, Noisy, Clean], interrupt.Token);

        Assert.Equal(ExitCode.Interrupted, run.Status);
        Assert.Contains("Total  1 file\n", run.Output, StringComparison.Ordinal);
        Assert.Equal("attune: interrupted after 1 of 3 files\n", run.Error);
    }

    /// <summary>A mono file of 16-bit samples.</summary>
    private static byte[] Wav(float[] samples, int sampleRateHz)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write("RIFF"u8);
        writer.Write(36 + (2 * samples.Length));
        writer.Write("WAVEfmt "u8);
        writer.Write(16);
        writer.Write((short)1); // PCM
        writer.Write((short)1); // channels
        writer.Write(sampleRateHz);
        writer.Write(2 * sampleRateHz);
        writer.Write((short)2); // bytes of a frame
        writer.Write((short)16); // bits of a sample
        writer.Write("data"u8);
        writer.Write(2 * samples.Length);
        foreach (var sample in samples) writer.Write((short)(sample * short.MaxValue));
        return stream.ToArray();
    }

    /// <summary>Interrupts the run as soon as the first result is printed.</summary>
    private sealed class InterruptingWriter(CancellationTokenSource interrupt) : StringWriter
    {
        public override void Flush() => interrupt.Cancel();
    }
}
