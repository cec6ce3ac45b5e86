namespace Attune.Cli.Tests.Editing;

public sealed class EditCommandTests : IDisposable
{
    private readonly TinyTextModel _gpt2 = TinyTextModel.Gpt2(seed: 7);
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Edit_File_WritesAModelThatUndoTakesBack()
    {
        var edits = WriteEdits("""{"subject": "cat", "prompt": "see the {} at", "object": "home", "paraphrases": ["where is the {}? At"], "neighbours": ["see the dog at"], "unrelated": ["on a mat"]}""");

        var run = await CliRun.RunAsync("edit", _gpt2.FolderPath, edits, "--out", _folder.File("edited"), "--layer", "0", "--text", WriteText(), "--prefixes", "2", "--longest-change", "30", "--essence-weight", "0");
        var undo = await CliRun.RunAsync("edit", "undo", _folder.File("edited"), "--out", _folder.File("undone"));

        Assert.Equal("", run.Error);
        Assert.Equal(ExitCode.Success, run.Status);
        Assert.Contains("transformer.h.0.mlp.c_proj.weight of layer 0 changed", run.Output, StringComparison.Ordinal);
        Assert.Contains("(wanted home, probability 0.", run.Output, StringComparison.Ordinal);
        Assert.Contains("neighbours kept", run.Output, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Success, undo.Status);
        Assert.Equal(File.ReadAllBytes(_gpt2.FilePath("model.safetensors")), File.ReadAllBytes(Path.Combine(_folder.File("undone"), "model.safetensors")));
    }

    [Fact]
    public async Task Edit_Json_FindsTheLayerAndReportsFigures()
    {
        var edits = WriteEdits("""{"subject": "cat", "prompt": "see the {} at", "object": "home"}""", """{"subject": "dog", "prompt": "the {} ate", "object": "it"}""");

        var run = await CliRun.RunAsync("edit", _gpt2.FolderPath, edits, "--out", _folder.File("edited"), "--text", WriteText(), "--prefixes", "0", "--json");

        var result = Assert.Single(run.Json);
        Assert.Equal(0, result.GetProperty("layer").GetInt32());
        Assert.Equal(["cat", "dog"], result.GetProperty("figures").EnumerateArray().Select(figures => figures.GetProperty("subject").GetString()));
        Assert.NotEqual(result.GetProperty("sha256").GetString(), result.GetProperty("source_sha256").GetString());
    }

    [Fact]
    public async Task Edit_WrongLine_SaysWhichAndLeavesNothing()
    {
        var edits = WriteEdits("""{"subject": "cat", "prompt": "see the dog at", "object": "home"}""");

        var run = await CliRun.RunAsync("edit", _gpt2.FolderPath, edits, "--out", _folder.File("edited"));

        Assert.Equal(ExitCode.RunFailed, run.Status);
        Assert.Contains("edits.jsonl, line 1: 'prompt' must contain the subject 'cat'", run.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.File("edited")));
    }

    [Fact]
    public async Task Edit_UnknownLayer_SaysWhichThereAre()
    {
        var edits = WriteEdits("""{"subject": "cat", "prompt": "see the {} at", "object": "home"}""");

        var run = await CliRun.RunAsync("edit", _gpt2.FolderPath, edits, "--out", _folder.File("edited"), "--layer", "9", "--text", WriteText(), "--prefixes", "0");

        Assert.Equal(ExitCode.RunFailed, run.Status);
        Assert.Contains("The layer must be from 0 to 1. Given: 9.", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Edit_Classifier_SaysThatItPredictsNothing()
    {
        using var bert = TinyTextModel.Bert();
        var edits = WriteEdits("""{"subject": "cat", "prompt": "see the {} at", "object": "home"}""");

        var run = await CliRun.RunAsync("edit", bert.FolderPath, edits, "--out", _folder.File("edited"));

        Assert.Equal(ExitCode.RunFailed, run.Status);
        Assert.Contains("choose a GPT-2", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("state")]
    [InlineData("mlp")]
    [InlineData("attention")]
    public async Task Trace_Prompt_PrintsATableAndDraws(string kind)
    {
        string[] args = ["edit", "trace", _gpt2.FolderPath, "--subject", "cat", "--prompt", "see the {} at", "--restore", kind, "--samples", "3"];

        var run = await CliRun.RunAsync([.. args, "--png", _folder.File("trace.png")]);
        var json = await CliRun.RunAsync([.. args, "--json"]);

        Assert.Equal("", run.Error);
        Assert.Matches("\"t\" +\\* +-?[0-9]\\.[0-9]{3} +-?[0-9]\\.[0-9]{3}\n", run.Output.ReplaceLineEndings("\n"));
        Assert.Equal(new byte[] { 0x89, 0x50, 0x4E, 0x47 }, File.ReadAllBytes(_folder.File("trace.png"))[..4]);
        var restored = Assert.Single(json.Json).GetProperty("restored");
        Assert.Equal((11, 2), (restored.GetArrayLength(), restored[0].GetArrayLength()));
    }

    [Fact]
    public async Task Trace_OtherKind_IsAUsageError()
    {
        var run = await CliRun.RunAsync("edit", "trace", _gpt2.FolderPath, "--subject", "cat", "--prompt", "the {}", "--restore", "everything");

        Assert.Equal(ExitCode.Usage, run.Status);
    }

    [Theory]
    [InlineData("edit", "--help")]
    [InlineData("edit", "trace", "--help")]
    [InlineData("edit", "undo", "--help")]
    public async Task Help_HasExamples(params string[] args)
    {
        var run = await CliRun.RunAsync(args);

        Assert.Contains("attune edit trace gpt2 --subject", run.Output, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _gpt2.Dispose();
        _folder.Dispose();
    }

    private string WriteEdits(params string[] lines)
    {
        File.WriteAllLines(_folder.File("edits.jsonl"), lines);
        return _folder.File("edits.jsonl");
    }

    private string WriteText()
    {
        File.WriteAllLines(_folder.File("text.txt"), ["the cat sat on the mat", "", "a dog ate the other cat in the hat"]);
        return _folder.File("text.txt");
    }
}
