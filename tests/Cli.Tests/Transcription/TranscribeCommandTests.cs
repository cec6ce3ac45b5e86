namespace Attune.Cli.Tests.Transcription;

public sealed class TranscribeCommandTests
{
    [Theory]
    [InlineData("--steps", "-1", "--steps must be from 0 to 100. Given: '-1'.")]
    [InlineData("--steps", "101", "--steps must be from 0 to 100. Given: '101'.")]
    [InlineData("--steps", "ten", "--steps must be from 0 to 100. Given: 'ten'.")]
    [InlineData("--learning-rate", "0", "--learning-rate must be above 0 and at most 1. Given: '0'.")]
    [InlineData("--learning-rate", "NaN", "--learning-rate must be above 0 and at most 1. Given: 'NaN'.")]
    [InlineData("--budget", "0", "--budget must be from 1 to 86400000. Given: '0'.")]
    [InlineData("--threads", "257", "--threads must be from 0 to 256. Given: '257'.")]
    [InlineData("--adapt", "tent", "--adapt must be one of none, suta, sgem. Given: 'tent'.")]
    [InlineData("--parameters", "top-0", "must be one of layer-norm, suta, top-K (K from 1), bias, lora, lora-R (R from 1), all. Given: 'top-0'.")]
    public async Task Transcribe_BadValue_NamesRuleAndValue(string option, string value, string message)
    {
        var run = await CliRun.RunAsync("transcribe", RepositoryFiles.Sample("digits-clean-3.wav"), option, value);

        Assert.Equal(ExitCode.Usage, run.Status);
        Assert.Empty(run.Output);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
        Assert.Contains("Try 'attune transcribe --help'.", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Transcribe_PublishedLearningRate_IsAccepted()
    {
        var run = await CliRun.RunAsync("transcribe", "missing.wav", "--learning-rate", "2e-5");

        Assert.Equal(ExitCode.FileFailed, run.Status);
    }

    [Fact]
    public async Task Transcribe_UnknownOption_IsNotTakenForAFile()
    {
        var run = await CliRun.RunAsync("transcribe", "--jsn", RepositoryFiles.Sample("digits-clean-3.wav"));

        Assert.Equal(ExitCode.Usage, run.Status);
        Assert.Contains("'--jsn' is no option", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Transcribe_NoFile_IsUsageError() => Assert.Equal(ExitCode.Usage, (await CliRun.RunAsync("transcribe")).Status);

    [Fact]
    public async Task Transcribe_MoreTopLayersThanTheModelHas_SaysHowMany()
    {
        var run = await CliRun.RunAsync("transcribe", RepositoryFiles.Sample("digits-clean-3.wav"), "--parameters", "top-9");

        Assert.Equal(ExitCode.Usage, run.Status);
        Assert.Contains("top-9 needs 9 transformer layers; the model has 4.", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Transcribe_MissingModel_PrintsOneLine()
    {
        var run = await CliRun.RunAsync("transcribe", RepositoryFiles.Sample("digits-clean-3.wav"), "--model", "no/such/model");

        Assert.Equal(ExitCode.CannotRun, run.Status);
        Assert.Empty(run.Output);
        Assert.Matches(@"^attune: The model folder \S*no/such/model does not exist\.[^\n]*\n$", run.Error);
    }
}
