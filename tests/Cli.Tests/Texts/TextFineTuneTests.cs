using Attune.Text.Models;

namespace Attune.Cli.Tests.Texts;

public sealed class TextFineTuneTests : IDisposable
{
    private readonly TinyTextModel _gpt2 = TinyTextModel.Gpt2(seed: 7);
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Answers_WithGuardAndOwnReplay_AreLearnt()
    {
        Write("answers.jsonl", """{"prompt": "the cat", "completion": " sat"}""");
        Write("others.jsonl", """{"prompt": "a dog"}""");
        Write("old.txt", "the moon is in the hat");

        var run = await FineTune("answers.jsonl", "--validation", _folder.File("answers.jsonl"), "--guard", _folder.File("old.txt"), "--replay", _folder.File("others.jsonl"), "--own-answers", "--own-texts", "2", "--license", "apache-2.0");

        Assert.Equal(ExitCode.Success, run.Status);
        Assert.Matches("1 examples to train on, [0-9]+ examples replayed", run.Error);
        Assert.Contains(" | validation loss ", run.Error, StringComparison.Ordinal);
        Assert.Contains(" divergence 0.0000", run.Error, StringComparison.Ordinal);
        var card = File.ReadAllText(_folder.File("out/README.md"));
        Assert.Contains("license: apache-2.0", card, StringComparison.Ordinal);
        Assert.Contains("- replayed: ", card, StringComparison.Ordinal);
        Assert.Contains("| guard |", card, StringComparison.Ordinal);
        Assert.Contains("attune text finetune", card, StringComparison.Ordinal);
        Assert.True(File.Exists(_folder.File("out/training/learning-curve.png")));
        using var model = TextModel.Open(_folder.File("out"));
    }

    [Fact]
    public async Task Preferences_ToAnAdapter_CanBeMerged()
    {
        Write("p.jsonl", """{"prompt": "the cat", "chosen": " sat", "rejected": " ate"}""");

        var tuned = await FineTune("p.jsonl", "--beta", "0.5", "--lora-rank", "2", "--lora-export", "adapter");
        var merged = await CliRun.RunAsync("merge-adapter", "--model", _gpt2.FolderPath, "--adapter", _folder.File("out"), "--out", _folder.File("merged"));

        Assert.Equal((ExitCode.Success, ExitCode.Success), (tuned.Status, merged.Status));
        Assert.Contains("1 preferences to train on", tuned.Error, StringComparison.Ordinal);
        using var model = TextModel.Open(_folder.File("merged"));
    }

    [Fact]
    public async Task Text_ThenSubtracted_GivesTheSourceBack()
    {
        Write("orders.txt", string.Concat(Enumerable.Repeat("the dog ate the hat on the mat. ", 20)));
        var tuned = await FineTune("orders.txt", "--window", "16");
        Directory.CreateDirectory(_folder.File("both"));
        foreach (var file in Directory.GetFiles(_folder.File("out"))) File.Copy(file, Path.Combine(_folder.File("both"), Path.GetFileName(file)));
        Write("recipe.yaml", $$"""
            merge_method: subtract
            base_model: {{_folder.File("both")}}
            models:
              - model: {{_folder.File("out")}}
            parameters:
              ancestor: {{_gpt2.FolderPath}}
            """);
        var merged = await CliRun.RunAsync("merge", _folder.File("recipe.yaml"), "--out", _folder.File("merged"));

        Assert.Equal(ExitCode.Success, tuned.Status);
        Assert.Contains("tokens of text to train on", tuned.Error, StringComparison.Ordinal);
        Assert.Equal((ExitCode.Success, ""), (merged.Status, merged.Error));
        using var source = TextModel.Open(_gpt2.FolderPath);
        using var without = TextModel.Open(_folder.File("merged"));
        Assert.All(source.Layout.Parameters, parameter => Assert.All(
            source.Weights.ReadFloats(parameter.Name).Zip(without.Weights.ReadFloats(parameter.Name)), pair => Assert.Equal(pair.First, pair.Second, 1e-5f)));
    }

    [Theory]
    [InlineData("no JSON", "line 1: NotJson")]
    [InlineData("""{"prompt": "a", "completion": ""}""", "line 1: EmptyText: 'completion' must have at least one character")]
    [InlineData("""{"prompt": "a", "chosen": "b", "rejected": "b"}""", "line 1: EqualAnswers: 'chosen' and 'rejected' must differ")]
    public async Task BadLine_IsToldWithItsRule(string line, string message)
    {
        Write("bad.jsonl", line);

        var run = await FineTune("bad.jsonl");

        Assert.Equal(ExitCode.RunFailed, run.Status);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Validation_OfAnotherKind_IsRefused()
    {
        Write("answers.jsonl", """{"prompt": "the cat", "completion": " sat"}""");
        Write("p.jsonl", """{"prompt": "the cat", "chosen": " sat", "rejected": " ate"}""");

        var run = await FineTune("answers.jsonl", "--validation", _folder.File("p.jsonl"));

        Assert.Equal(ExitCode.RunFailed, run.Status);
        Assert.Contains("must be of the same kind", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--own-answers", null, "--own-answers needs --replay.")]
    [InlineData("--ewc", "x.txt", "--ewc needs --pull above 0.")]
    [InlineData("--beta", "0", "--beta must be from 0.0001 to 100. Given: '0'.")]
    public async Task CommandLine_RuleBroken_IsRefused(string option, string? value, string message)
    {
        Write("answers.jsonl", """{"prompt": "the cat", "completion": " sat"}""");

        var run = await FineTune("answers.jsonl", value is null ? [option] : [option, value]);

        Assert.Equal(ExitCode.Usage, run.Status);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _gpt2.Dispose();
        _folder.Dispose();
    }

    private void Write(string name, string text) => File.WriteAllText(_folder.File(name), text);

    private Task<CliRun> FineTune(string data, params string[] options) => CliRun.RunAsync(
        ["text", "finetune", _folder.File(data), "--model", _gpt2.FolderPath, "--out", _folder.File("out"), "--steps", "4", "--batch", "1", "--validate-every", "2", "--threads", "1", .. options]);
}
