namespace Attune.Cli.Tests.Texts;

public sealed class TextCommandTests : IDisposable
{
    private readonly TinyTextModel _gpt2 = TinyTextModel.Gpt2();
    private readonly TinyTextModel _bert = TinyTextModel.Bert();
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Score_Text_PrintsFigures()
    {
        var run = await CliRun.RunAsync("text", "score", "--model", _gpt2.FolderPath, "the cat", "--tokens");
        var json = await CliRun.RunAsync("text", "score", "--model", _gpt2.FolderPath, "the cat", "--json");

        Assert.Equal(ExitCode.Success, run.Status);
        Assert.Contains("tokens     5, bytes 7", run.Output, StringComparison.Ordinal);
        Assert.Contains("\"the\"", run.Output, StringComparison.Ordinal);
        var result = Assert.Single(json.Json);
        Assert.Equal(
            -result.GetProperty("log_probability").GetDouble() / Math.Log(2) / 7, result.GetProperty("bits_per_byte").GetDouble(), 10);
        Assert.Equal(["the", " ", "c", "a", "t"], result.GetProperty("tokens").EnumerateArray().Select(token => token.GetProperty("text").GetString()));
    }

    [Fact]
    public async Task Score_File_ReadsUtf8()
    {
        File.WriteAllText(_folder.File("text.txt"), "thé");

        var run = await CliRun.RunAsync("text", "score", "--model", _gpt2.FolderPath, "--file", _folder.File("text.txt"));

        Assert.Contains("bytes 4", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Score_FileThatIsNoUtf8_SaysWhere()
    {
        File.WriteAllBytes(_folder.File("latin.txt"), [.. "caf"u8, 0xE9, .. " au lait"u8]);

        var run = await CliRun.RunAsync("text", "score", "--model", _gpt2.FolderPath, "--file", _folder.File("latin.txt"));

        Assert.Equal(ExitCode.RunFailed, run.Status);
        Assert.Contains("must be UTF-8. Given: bytes that are none at byte 3.", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Generate_SameSeed_PrintsTheSameText()
    {
        string[] args = ["text", "generate", "--model", _gpt2.FolderPath, "the", "--max-tokens", "12", "--temperature", "2", "--seed", "5"];

        var first = await CliRun.RunAsync(args);
        var second = await CliRun.RunAsync([.. args, "--json"]);

        Assert.Equal(ExitCode.Success, first.Status);
        var result = Assert.Single(second.Json);
        Assert.Equal(first.Output.TrimEnd('\n'), result.GetProperty("text").GetString()!.TrimEnd('\n'));
        Assert.Equal("max_tokens", result.GetProperty("finish_reason").GetString());
        Assert.Equal((1, 12), (result.GetProperty("prompt_tokens").GetInt32(), result.GetProperty("new_tokens").GetInt32()));
    }

    [Fact]
    public async Task Classify_Text_PrintsLabelsTheMostProbableFirst()
    {
        var run = await CliRun.RunAsync("text", "classify", "--model", _bert.FolderPath, "the good cat");
        var json = await CliRun.RunAsync("text", "classify", "--model", _bert.FolderPath, "the good cat", "--pair", "bad", "--json");

        Assert.Equal(["negative", "neutral", "positive"], run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split("  ")[1]).Order());
        Assert.Equal(1, Assert.Single(json.Json).GetProperty("labels").EnumerateArray().Sum(label => label.GetProperty("probability").GetDouble()), 6);
        Assert.Equal(7, json.Json[0].GetProperty("token_count").GetInt32());
    }

    [Fact]
    public async Task Embed_Text_PrintsAVectorOfLengthOne()
    {
        var run = await CliRun.RunAsync("text", "embed", "--model", _bert.FolderPath, "the good zebra", "--json");
        var plain = await CliRun.RunAsync("text", "embed", "--model", _gpt2.FolderPath, "the");

        var result = Assert.Single(run.Json);
        Assert.Equal(1, result.GetProperty("values").EnumerateArray().Sum(value => value.GetDouble() * value.GetDouble()), 5);
        Assert.Equal(1, result.GetProperty("unknown_token_count").GetInt32());
        Assert.Equal(24, plain.Output.Split(' ').Length);
    }

    [Theory]
    [InlineData("score", "", "must have at least one character", ExitCode.RunFailed)]
    [InlineData("classify", "a", "(Gpt2) has no labels: choose a BERT classifier", ExitCode.RunFailed)]
    public async Task Text_ThatCannotBeUsed_SaysWhy(string command, string text, string message, int status)
    {
        var run = await CliRun.RunAsync("text", command, "--model", _gpt2.FolderPath, text);

        Assert.Equal(status, run.Status);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Model_ThatIsNotThere_SaysSo()
    {
        var run = await CliRun.RunAsync("text", "score", "--model", _folder.File("none"), "a");

        Assert.Equal(ExitCode.CannotRun, run.Status);
        Assert.Contains("does not exist", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--top-p", "0", "--top-p must be above 0 and at most 1. Given: '0'.")]
    [InlineData("--temperature", "-1", "--temperature must be from 0 to 100. Given: '-1'.")]
    [InlineData("--stop", "", "--stop may be given 16 times, with 1 to 256 characters.")]
    [InlineData("--file", "a.txt", "Give TEXT or --file, not both.")]
    public async Task CommandLine_ValueOutOfRange_IsRefused(string option, string value, string message)
    {
        var run = await CliRun.RunAsync("text", "generate", "--model", _gpt2.FolderPath, "a", option, value);

        Assert.Equal(ExitCode.Usage, run.Status);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Train_Text_MakesAModelThatGenerates()
    {
        File.WriteAllText(_folder.File("book.txt"), string.Concat(Enumerable.Range(0, 80).Select(i => $"one two three {i % 3} four five\n")));
        string[] args =
        [
            "text", "train", _folder.File("book.txt"), "--out", _folder.File("made"), "--merges", "30", "--layers", "1", "--hidden", "16", "--heads", "2", "--context", "24", "--steps", "10", "--batch", "4",
            "--validate-every", "5", "--threads", "1", "--learning-rate", "5e-3",
        ];

        var trained = await CliRun.RunAsync(args);
        var again = await CliRun.RunAsync(args);
        var generated = await CliRun.RunAsync("text", "generate", "--model", _folder.File("made"), "one two", "--max-tokens", "5", "--json");

        Assert.Equal(ExitCode.Success, trained.Status);
        Assert.Contains("step 5/10: loss", trained.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("NaN", trained.Error, StringComparison.Ordinal); // before the first step there is no loss
        Assert.Contains("has the weights of step 10:", trained.Output, StringComparison.Ordinal);
        Assert.Contains("resumed at step 10", again.Error, StringComparison.Ordinal);
        Assert.Equal(trained.Output, again.Output);
        Assert.Equal(5, Assert.Single(generated.Json).GetProperty("new_tokens").GetInt32());
    }

    [Fact]
    public async Task Train_HeadsThatDoNotDivide_SaysTheRule()
    {
        File.WriteAllText(_folder.File("book.txt"), "one two three\n");

        var run = await CliRun.RunAsync("text", "train", _folder.File("book.txt"), "--out", _folder.File("made"), "--hidden", "10", "--heads", "3");

        Assert.Equal(ExitCode.CannotRun, run.Status);
        Assert.Contains("must divide the hidden size. Given: 3 and 10", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Generate_Interrupted_SaysSo()
    {
        using var output = new StringWriter();

        var run = await CliRun.RunAsync(output, ["text", "generate", "--model", _gpt2.FolderPath, "a"], new CancellationToken(canceled: true));

        Assert.Equal(ExitCode.Interrupted, run.Status);
    }

    public void Dispose()
    {
        _gpt2.Dispose();
        _bert.Dispose();
        _folder.Dispose();
    }
}
