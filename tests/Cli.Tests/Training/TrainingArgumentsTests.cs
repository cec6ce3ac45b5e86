namespace Attune.Cli.Tests.Training;

public sealed class TrainingArgumentsTests : IDisposable
{
    private readonly TrainingFiles _files = new();

    [Theory]
    [InlineData("--epochs", "0", "--epochs must be from 1 to 1000000. Given: '0'.")]
    [InlineData("--steps", "-1", "--steps must be at least 0. Given: '-1'.")]
    [InlineData("--validate-every", "0", "--validate-every must be at least 1. Given: '0'.")]
    [InlineData("--learning-rate", "2", "--learning-rate must be from 1E-09 to 1. Given: '2'.")]
    [InlineData("--mask-time-prob", "1.4", "--mask-time-prob must be from 0 to 1. Given: '1.4'.")]
    [InlineData("--noise-prob", "-0.4", "--noise-prob must be from 0 to 1. Given: '-0.4'.")]
    [InlineData("--dropout", "NaN", "--dropout must be from 0 to 0.9. Given: 'NaN'.")]
    [InlineData("--max-seconds", "0", "--max-seconds must be from 1 to 120. Given: '0'.")]
    [InlineData("--optimizer", "sgd", "--optimizer must be one of adamw, muon. Given: 'sgd'.")]
    [InlineData("--precision", "1", "--precision must be one of auto, float32, bfloat16. Given: '1'.")]
    [InlineData("--manifest", "a.jsonl*0", "The weight of a manifest must be above 0 and at most 1000. Given: 'a.jsonl*0'.")]
    [InlineData("--parameters", "some", "--parameters must be one of layer-norm, suta,")]
    [InlineData("--lora-rank", "-1", "--lora-rank must be from 0 to 1024. Given: '-1'.")]
    [InlineData("--lora-targets", ",", "--lora-targets must name at least one layer. Given: ','.")]
    [InlineData("--lora-export", "peft", "--lora-export must be one of merged, adapter. Given: 'peft'.")]
    [InlineData("--lora-export", "adapter", "--lora-export adapter needs --lora-rank above 0, or --adapter.")]
    [InlineData("--noise", "noises", "--noise needs --noise-prob above 0.")]
    [InlineData("--noise-snr-min", "30", "--noise-snr-min must be at most --noise-snr-max. Given: 30 and 25.")]
    [InlineData("--guard", "a.jsonl", "--guard needs --validation")]
    [InlineData("--ewc", "a.jsonl", "--ewc needs --pull above 0.")]
    [InlineData("--source-transcripts", "true", "--source-transcripts needs --replay.")]
    public async Task FineTune_BadValue_NamesRuleAndValue(string option, string value, string message)
    {
        var run = await _files.FineTuneAsync(option, value);

        Assert.Equal(ExitCode.Usage, run.Status);
        Assert.Empty(run.Output);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
        Assert.Contains("Try 'attune finetune --help'.", run.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_files.Output));
    }

    [Theory]
    [InlineData("--parameters", "top-9", "top-9 needs 9 transformer layers; the model has 3.")]
    [InlineData("--lora-targets", "conv", "The model has no linear layer 'conv'.")]
    public async Task FineTune_ParametersThatTheModelLacks_IsUsageError(string option, string value, string message)
    {
        var run = await _files.FineTuneAsync(option, value, "--steps", "1", "--lora-rank", option == "--lora-targets" ? "2" : "0");

        Assert.Equal(ExitCode.Usage, run.Status);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("train", "--config")]
    [InlineData("train", "--manifest")]
    [InlineData("finetune", "--out")]
    public async Task Run_RequiredOptionMissing_IsNamed(string command, string option)
    {
        var run = await CliRun.RunAsync(command);

        Assert.Equal(ExitCode.Usage, run.Status);
        Assert.Contains($"'{option}'", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("train", "--config <DIR>")]
    [InlineData("finetune", "--lora-rank <R>")]
    public async Task Help_TrainingCommand_HasExamplesDefaultsAndExitStatus(string command, string option)
    {
        var run = await CliRun.RunAsync(command, "--help");

        Assert.Equal(ExitCode.Success, run.Status);
        Assert.Contains(option, run.Output, StringComparison.Ordinal);
        Assert.Contains($"Examples:\n  attune {command} ", run.Output.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.Contains("the same command resumes", run.Output, StringComparison.Ordinal);
        Assert.Contains("[default: 0.0003]", run.Output, StringComparison.Ordinal);
    }

    public void Dispose() => _files.Dispose();
}
