using Attune.Recognition.Models;

namespace Attune.Cli.Tests.Merging;

public sealed class MergeCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Run_Recipe_WritesModelAndSaysWhatWentIn()
    {
        var run = await CliRun.RunAsync("merge", Recipe("linear"), "--out", _folder.File("merged"));

        Assert.Equal(ExitCode.Success, run.Status);
        Assert.Empty(run.Error);
        Assert.Contains("merged with linear", run.Output, StringComparison.Ordinal);
        using var model = Model.Open(_folder.File("merged"));
        Assert.Contains(model.Sha256, run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_Json_OneObject()
    {
        var run = await CliRun.RunAsync("merge", Recipe("linear"), "--out", _folder.File("merged"), "--seed", "7", "--json");

        var result = Assert.Single(run.Json);
        Assert.Equal("linear", result.GetProperty("method").GetString());
        Assert.Equal(7, result.GetProperty("seed").GetInt32());
        Assert.Equal(_folder.File("merged"), result.GetProperty("folder").GetString());
        Assert.Equal(2, result.GetProperty("sources").GetArrayLength());
    }

    [Fact]
    public async Task Run_WrongRecipe_NamesLineAndLeavesNothing()
    {
        var run = await CliRun.RunAsync("merge", Recipe("liner"), "--out", _folder.File("merged"));

        Assert.Equal(ExitCode.RunFailed, run.Status);
        Assert.Contains("recipe.yml:1: merge_method must be one of", run.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.File("merged")));
    }

    [Fact]
    public async Task Run_NoOutput_UsageError()
    {
        var run = await CliRun.RunAsync("merge", Recipe("linear"));

        Assert.Equal(ExitCode.Usage, run.Status);
        Assert.Contains("--out", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_Help_HasExamplesMethodsAndExitStatus()
    {
        var run = await CliRun.RunAsync("merge", "--help");

        Assert.Contains("attune merge recipe.yml --out merged", run.Output, StringComparison.Ordinal);
        Assert.Contains("task_arithmetic", run.Output, StringComparison.Ordinal);
        Assert.Contains("Exit status:", run.Output, StringComparison.Ordinal);
    }

    private string Recipe(string method)
    {
        var model = RepositoryFiles.Golden("tiny-group");
        File.WriteAllText(_folder.File("recipe.yml"), $"merge_method: {method}\nmodels: [model: {model}, model: {model}]\nparameters: {{ weight: 1 }}");
        return _folder.File("recipe.yml");
    }
}
