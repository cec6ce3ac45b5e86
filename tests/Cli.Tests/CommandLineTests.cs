namespace Attune.Cli.Tests;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData("--help")]
    [InlineData]
    public async Task Run_NoCommand_ListsCommandsWithExamples(params string[] args)
    {
        var run = await CliRun.RunAsync(args);

        Assert.Equal(ExitCode.Success, run.Status);
        Assert.Matches(@"(?m)^ +transcribe .*Recognise audio files", run.Output);
        Assert.Matches(@"(?m)^ +serve .*Run the server", run.Output);
        Assert.Contains("Examples:", run.Output, StringComparison.Ordinal);
        Assert.Empty(run.Error);
    }

    [Fact]
    public async Task Run_Version_PrintsIt()
    {
        var run = await CliRun.RunAsync("--version");

        Assert.Equal(ExitCode.Success, run.Status);
        Assert.Matches(@"^attune \d+\.\d+\.\d+\r?\n$", run.Output);
    }

    [Theory]
    [InlineData("transcribe")]
    [InlineData("serve")]
    public async Task Run_CommandHelp_HasExamplesRangesAndExitStatus(string command)
    {
        var run = await CliRun.RunAsync(command, "--help");

        Assert.Equal(ExitCode.Success, run.Status);
        Assert.Contains($"Examples:\n  attune {command} ", run.Output.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.Contains("From 0 to 100.", run.Output, StringComparison.Ordinal);
        Assert.Contains("[default: 5]", run.Output, StringComparison.Ordinal);
        Assert.Contains("\nExit status:", run.Output.ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_UnknownCommand_IsUsageErrorOnStandardError()
    {
        var run = await CliRun.RunAsync("transcrib");

        Assert.Equal(ExitCode.Usage, run.Status);
        Assert.Empty(run.Output);
        Assert.Contains("'transcrib'", run.Error, StringComparison.Ordinal);
        Assert.Contains("Try 'attune --help'.", run.Error, StringComparison.Ordinal);
    }
}
