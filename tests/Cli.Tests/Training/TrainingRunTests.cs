using Attune.Recognition.Models;

namespace Attune.Cli.Tests.Training;

/// <summary>Alone: weights are compared bit for bit, which is promised for one training in a process.</summary>
[CollectionDefinition(nameof(TrainingRunTests), DisableParallelization = true)]
[Collection(nameof(TrainingRunTests))]
public sealed class TrainingRunTests : IDisposable
{
    private readonly TrainingFiles _files = new();

    [Fact]
    public async Task FineTune_ThreeSteps_WritesModelCardAndCurve()
    {
        var run = await _files.FineTuneAsync(
            "--validation", _files.Manifest, "--guard", _files.Manifest, "--steps", "3", "--report-every", "1", "--license", "mit");

        Assert.Equal(ExitCode.Success, run.Status);
        Assert.Contains("Training ended at step 3.", run.Output, StringComparison.Ordinal);
        Assert.Matches(@"(?m)^step 1/3  epoch 1  0.00 h heard  loss \d+\.\d+  .* x real time  \S+ left  last WER", run.Error);
        Assert.Matches(@"(?m)^step 3/3 .* \| guard WER", run.Error);
        using (var model = Model.Open(_files.Output)) Assert.Equal("out", model.Name);
        var card = File.ReadAllText(_files.OutputFile("README.md"));
        Assert.Contains("license: mit", card, StringComparison.Ordinal);
        Assert.Contains("| 4 | 0.00 |", card, StringComparison.Ordinal);
        Assert.Contains("\nattune finetune --model ", card.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        var curve = File.ReadAllLines(_files.OutputFile("training/learning-curve.csv"));
        Assert.Equal(["0", "1", "2", "3"], curve.Skip(1).Select(row => row.Split(',')[0]));
        Assert.Contains("guard wer", curve[0], StringComparison.Ordinal);
        Assert.Equal("PNG"u8.ToArray(), File.ReadAllBytes(_files.OutputFile("training/learning-curve.png"))[1..4]);
    }

    [Fact]
    public async Task FineTune_Interrupted_ResumesToTheWeightsOfAnUninterruptedRun()
    {
        string[] options = ["--steps", "40", "--report-every", "1", "--checkpoint-every", "2", "--threads", "1"];
        using var whole = new TrainingFiles();
        Assert.Equal(ExitCode.Success, (await whole.FineTuneAsync(options)).Status);

        using var interruption = new CancellationTokenSource();
        Directory.CreateDirectory(_files.OutputFile("training"));
        using var watcher = new FileSystemWatcher(_files.OutputFile("training"), "checkpoint.safetensors");
        watcher.Renamed += (_, _) => interruption.Cancel();
        watcher.EnableRaisingEvents = true;
        var interrupted = await _files.FineTuneAsync(interruption.Token, options);
        watcher.EnableRaisingEvents = false;
        var resumed = await _files.FineTuneAsync(options);

        Assert.Equal(ExitCode.Interrupted, interrupted.Status);
        Assert.Contains("the same command resumes", interrupted.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Success, resumed.Status);
        Assert.Contains(", resumed at step ", resumed.Error, StringComparison.Ordinal);
        Assert.Equal(File.ReadAllBytes(whole.OutputFile("model.safetensors")), File.ReadAllBytes(_files.OutputFile("model.safetensors")));
    }

    [Fact]
    public async Task FineTune_CheckpointOfOtherOptions_IsRefusedUntilRestart()
    {
        await _files.FineTuneAsync("--steps", "2");

        var refused = await _files.FineTuneAsync("--steps", "2", "--label-smoothing", "0.1");
        var restarted = await _files.FineTuneAsync("--steps", "3", "--label-smoothing", "0.1", "--restart");

        Assert.Equal(ExitCode.RunFailed, refused.Status);
        Assert.Contains("belongs to another training", refused.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Success, restarted.Status);
        Assert.Contains("ended at step 3.", restarted.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FineTune_AgainstForgetting_MixesReplayWithSourceTranscripts()
    {
        var run = await _files.FineTuneAsync(
            "--steps", "2", "--pull", "0.1", "--ewc", _files.Manifest, "--replay", _files.Manifest, "--source-transcripts", "--lora-rank", "2");

        Assert.Equal(ExitCode.Success, run.Status);
        Assert.Contains("(replay) | 4 |", File.ReadAllText(_files.OutputFile("README.md")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task FineTune_Adapter_IsWrittenContinuedAndMerged()
    {
        using var second = new TrainingFiles();
        var written = await _files.FineTuneAsync("--steps", "1", "--lora-rank", "2", "--lora-targets", "out_proj", "--lora-export", "adapter");
        var continued = await second.FineTuneAsync("--steps", "1", "--adapter", _files.Output, "--lora-export", "adapter");
        var merged = await CliRun.RunAsync(
            "merge-adapter", "--model", RepositoryFiles.Golden("tiny-layer"), "--adapter", second.Output, "--out", _files.OutputFile("merged"));

        Assert.Equal([ExitCode.Success, ExitCode.Success, ExitCode.Success], [written.Status, continued.Status, merged.Status]);
        Assert.Contains("rank 2 in out_proj", merged.Output, StringComparison.Ordinal);
        using var model = Model.Open(_files.OutputFile("merged"));
        Assert.Equal("merged", model.Name);
    }

    [Fact]
    public async Task MergeAdapter_NoAdapter_CannotRun()
    {
        var run = await CliRun.RunAsync("merge-adapter", "--model", RepositoryFiles.Golden("tiny-layer"), "--adapter", "none", "--out", _files.Output);

        Assert.Equal(ExitCode.CannotRun, run.Status);
        Assert.Contains("adapter_config.json is missing", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FineTune_BadLinesInTwoManifests_AreAllListedWithTheirNumbers()
    {
        var first = _files.Write("first.jsonl", TrainingFiles.Line("TEA.wav", 0.6, "TEA"), "{", TrainingFiles.Line("TEA.wav", 0.6, "t3a"));
        var second = _files.Write("second.jsonl", TrainingFiles.Line("none.wav", 1, "TEA"), TrainingFiles.Line("TEA.wav", 0.6, " "));

        var run = await _files.FineTuneAsync("--manifest", first, "--validation", second);

        Assert.Equal(ExitCode.RunFailed, run.Status);
        Assert.Contains($"{first} cannot be used:", run.Error, StringComparison.Ordinal);
        Assert.Contains("line 2: NotJson:", run.Error, StringComparison.Ordinal);
        Assert.Contains("line 3: UnknownCharacters: the model's vocabulary has no '3'", run.Error, StringComparison.Ordinal);
        Assert.Contains($"{second} cannot be used:", run.Error, StringComparison.Ordinal);
        Assert.Contains("line 1: MissingFile:", run.Error, StringComparison.Ordinal);
        Assert.Contains("line 2: EmptyTranscript:", run.Error, StringComparison.Ordinal);
        Assert.Contains("--skip-invalid", run.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(_files.OutputFile("model.safetensors")));
    }

    [Fact]
    public async Task FineTune_SkipInvalid_SaysHowManyAreLeftOut()
    {
        var manifest = _files.Write("some.jsonl", "{", TrainingFiles.Line("TEA.wav", 0.6, "TEA"));

        var run = await _files.FineTuneAsync("--manifest", manifest, "--skip-invalid", "--steps", "1");

        Assert.Equal(ExitCode.Success, run.Status);
        Assert.Contains("some.jsonl: 1 utterances, 0.00 h, 1 left out", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"audio_filepath\": null}")]
    [InlineData("{\"path\": \"a.wav\"}")]
    [InlineData("[]")]
    [InlineData("{")]
    public async Task FineTune_BadLineOfANoiseManifest_IsNamed(string line)
    {
        var noises = _files.Write("noises.jsonl", TrainingFiles.Line("TEA.wav", 0.6, ""), line);

        var run = await _files.FineTuneAsync("--noise", noises, "--noise-prob", "0.5", "--steps", "1");

        Assert.Equal(ExitCode.RunFailed, run.Status);
        Assert.Contains("noises.jsonl, line 2: must be a JSON object with 'audio_filepath'", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FineTune_NoManifest_Fails()
    {
        var run = await _files.FineTuneAsync("--manifest", "none.jsonl");

        Assert.Equal(ExitCode.RunFailed, run.Status);
        Assert.Contains("none.jsonl", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Train_Configuration_MakesAModelAndResumesIt()
    {
        string[] args =
        [
            "train", "--config", RepositoryFiles.Golden("tiny-layer"), "--manifest", _files.Manifest + "*2", "--out", _files.Output, "--steps", "2",
            "--batch-seconds", "2", "--optimizer", "muon", "--noise", Path.GetDirectoryName(_files.Manifest)!, "--noise-prob", "0.5",
        ];

        var first = await CliRun.RunAsync(args);
        var second = await CliRun.RunAsync(args);

        Assert.Equal(ExitCode.Success, first.Status);
        Assert.Equal(ExitCode.Success, second.Status);
        Assert.Contains(", resumed at step 2", second.Error, StringComparison.Ordinal);
        using var model = Model.Open(_files.Output);
        Assert.Contains("Trained from random weights", File.ReadAllText(_files.OutputFile("README.md")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Train_NoConfiguration_CannotRun()
    {
        var run = await CliRun.RunAsync("train", "--config", "none", "--manifest", _files.Manifest, "--out", _files.Output);

        Assert.Equal(ExitCode.CannotRun, run.Status);
        Assert.Contains("config.json is missing", run.Error, StringComparison.Ordinal);
    }

    public void Dispose() => _files.Dispose();
}
