namespace Attune.Cli.Tests.Language;

public sealed class LanguageModelCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Build_Text_MakesAModelThatForeseesIt()
    {
        var text = Write("orders.txt", "one two three", "One, two. Four!", "", "one two three");
        var model = _folder.File("orders.arpa.gz");

        var built = await CliRun.RunAsync("lm", "build", text, "--order", "2", "--out", model);
        var same = await CliRun.RunAsync("lm", "perplexity", model, text);
        var other = await CliRun.RunAsync("lm", "perplexity", model, Write("other.txt", "four three nine"));

        Assert.Equal(ExitCode.Success, built.Status);
        Assert.Contains("7 1-grams, 6 2-grams", built.Output, StringComparison.Ordinal); // four words and three special ones
        Assert.Contains("sentences   3, words 9, unknown 0", same.Output, StringComparison.Ordinal);
        Assert.Contains("sentences   1, words 3, unknown 1", other.Output, StringComparison.Ordinal);
        Assert.True(Perplexity(same) < Perplexity(other));
        Assert.Equal([model], Directory.GetFiles(Path.GetDirectoryName(model)!, "*.arpa*"));
    }

    [Fact]
    public async Task Build_Manifest_TakesItsTexts()
    {
        var run = await CliRun.RunAsync(
            "lm", "build", Write("calls.jsonl", """{"audio_filepath": "a.wav", "text": "ONE TWO"}""", """{"text": "TWO"}"""), "--out", _folder.File("calls.arpa"));

        Assert.Contains("5 1-grams", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("calls.jsonl", "{\"text\": 1}", "calls.jsonl, line 1: it must have a field 'text'")]
    [InlineData("calls.jsonl", "text", "calls.jsonl, line 1: it must be JSON")]
    [InlineData("empty.txt", "...", "needs text with at least one word")]
    public async Task Build_TextThatCannotBeUsed_SaysWhy(string name, string line, string message)
    {
        var run = await CliRun.RunAsync("lm", "build", Write(name, line), "--out", _folder.File("out.arpa"));

        Assert.Equal(ExitCode.RunFailed, run.Status);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder.File("out.arpa")));
    }

    [Fact]
    public async Task Build_OrderOutOfRange_IsRefused()
    {
        var run = await CliRun.RunAsync("lm", "build", "text.txt", "--order", "6", "--out", "out.arpa");

        Assert.Equal(ExitCode.Usage, run.Status);
        Assert.Contains("--order must be from 1 to 5. Given: '6'.", run.Error, StringComparison.Ordinal);
        Assert.Contains("Try 'attune lm build --help'.", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Perplexity_NoModel_SaysSo()
    {
        var run = await CliRun.RunAsync("lm", "perplexity", _folder.File("none.arpa"), Write("a.txt", "one"));

        Assert.Equal(ExitCode.RunFailed, run.Status);
        Assert.Contains("cannot be read", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Transcribe_ModelOfText_HearsItsWords()
    {
        var model = _folder.File("digits.arpa");
        await CliRun.RunAsync("lm", "build", Write("digits.txt", "zero one two three four five six seven eight nine", "nine eight seven six"), "--out", model);

        var run = await CliRun.RunAsync(
            "transcribe", "--json", "--adapt", "none", "--lm", model, "--alternatives", "3", RepositoryFiles.Sample("digits-air-conditioner-10db.wav"));

        var line = Assert.Single(run.Json);
        Assert.True(line.GetProperty("wer_final").GetDouble() < line.GetProperty("wer_draft").GetDouble());
        var alternatives = line.GetProperty("alternatives")[0].EnumerateArray().ToArray();
        Assert.Equal(3, alternatives.Length);
        Assert.Equal(line.GetProperty("final").GetString(), alternatives[0].GetProperty("text").GetString());
        Assert.Equal(["text", "acoustic_score", "language_score", "confidence"], alternatives[0].EnumerateObject().Select(property => property.Name));
    }

    [Theory]
    [InlineData("--hotword", "=3", "--hotword must be a phrase")]
    [InlineData("--hotword", "seven=21", "Given: 'seven=21'")]
    [InlineData("--beam", "0", "--beam must be from 1 to 1024")]
    [InlineData("--temperature", "0", "--temperature must be from 0.1 to 10")]
    public async Task Transcribe_BadOption_NamesRuleAndValue(string option, string value, string message)
    {
        var run = await CliRun.RunAsync("transcribe", option, value, "a.wav");

        Assert.Equal(ExitCode.Usage, run.Status);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--hotword", "7up", ExitCode.Usage, "Given: '7up'.")]
    [InlineData("--lm", "none.arpa", ExitCode.CannotRun, "none.arpa cannot be read")]
    public async Task Transcribe_LanguageThatCannotBeUsed_SaysWhy(string option, string value, int status, string message)
    {
        var run = await CliRun.RunAsync("transcribe", "--adapt", "none", RepositoryFiles.Sample("digits-clean-3.wav"), option, value);

        Assert.Equal(status, run.Status);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static double Perplexity(CliRun run) => double.Parse(
        run.Output.Split("unknown words, ")[1].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);

    private string Write(string name, params string[] lines)
    {
        File.WriteAllLines(_folder.File(name), lines);
        return _folder.File(name);
    }
}
