using Attune.Recognition.Models;

namespace Attune.Cli.Tests.Serving;

public sealed class ServeCommandTests
{
    [Fact]
    public async Task Serve_NoOptions_LeavesEverythingToTheConfiguration() => Assert.Empty(await ArgumentsAsync());

    [Fact]
    public async Task Serve_Options_BecomeConfiguration()
    {
        var arguments = await ArgumentsAsync(
            "--urls", "http://*:8080", "--model", "m", "--steps", "5", "--parameters", "top-4", "--Audio:MaxDuration=00:01:00");

        Assert.Equal(
            [
                "--urls=http://*:8080", "--Recognition:Model=m", "--Adaptation:Fast:Parameters=top-4", "--Adaptation:Fast:Steps=5",
                "--Audio:MaxDuration=00:01:00",
            ],
            arguments);
    }

    [Fact]
    public async Task Serve_ConfigurationFile_IsPassedOn()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File("attune.json"), "{}");

        var arguments = await ArgumentsAsync("--config", folder.File("attune.json"));

        Assert.Equal([$"--config={folder.File("attune.json")}"], arguments);
    }

    [Fact]
    public async Task Serve_AdaptNone_MeansNoSteps() =>
        Assert.Equal(["--Adaptation:Fast:Steps=0"], await ArgumentsAsync("--adapt", "none", "--steps", "7"));

    [Fact]
    public async Task Serve_AdaptSgem_NamesTheObjective() =>
        Assert.Equal(["--Adaptation:Fast:Steps=7", "--Adaptation:Fast:Objective=sgem"], await ArgumentsAsync("--adapt", "sgem", "--steps", "7"));

    [Theory]
    [InlineData("stray", "'stray' is no option")]
    [InlineData("--setting=1", "'--setting=1' is no option")]
    [InlineData("--steps=101", "--steps must be from 0 to 100. Given: '101'.")]
    [InlineData("--config=/does/not/exist", "/does/not/exist")]
    public async Task Serve_BadArgument_IsUsageError(string argument, string message)
    {
        var run = await CliRun.RunAsync("serve", argument);

        Assert.Equal(ExitCode.Usage, run.Status);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Serve_ServerCannotStart_PrintsOneLine()
    {
        using var output = new StringWriter();
        using var error = new StringWriter();

        var status = await CommandLine.RunAsync(
            ["serve"], output, error, serve: _ => throw new ModelException(ModelError.MissingFolder, "The model folder m does not exist."));

        Assert.Equal(ExitCode.CannotRun, status);
        Assert.Equal("attune: The model folder m does not exist.", error.ToString().TrimEnd());
    }

    [Fact]
    public async Task Serve_ServerReportsThatItCannotStart_HasTheExitStatusOfHelp()
    {
        var status = await CommandLine.RunAsync(["serve"], TextWriter.Null, TextWriter.Null, serve: _ => Task.FromResult(1));

        Assert.Equal(ExitCode.CannotRun, status);
    }

    private static async Task<string[]> ArgumentsAsync(params string[] args)
    {
        string[]? given = null;
        var status = await CommandLine.RunAsync(
            ["serve", .. args],
            TextWriter.Null,
            TextWriter.Null,
            serve: arguments =>
            {
                given = arguments;
                return Task.FromResult(ExitCode.Success);
            });

        Assert.Equal(ExitCode.Success, status);
        return given!;
    }
}
