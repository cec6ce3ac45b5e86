using Attune.Adaptation.Training;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Models;

namespace Attune.Adaptation.Tests.Training;

public sealed class TrainerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Model _model = Model.Open(RepositoryFiles.Golden("tiny-layer"));

    [Fact]
    public void Run_OneBatch_IsLearntByHeart()
    {
        var utterances = Tones.Create(_model, 4, seed: 1);
        var options = Options(steps: 400);
        options.Optimizer.LearningRate = 3e-3;
        options.SpecAugment.MaskTimeProbability = 0;
        var task = Task("out", options) with { Data = Data(utterances, AugmentationOptions.None), Validation = [new("heart", utterances)] };

        var result = Run(task);

        var validation = Assert.Single(result.LastValidation);
        Assert.InRange(validation.Loss, 0, 0.05);
        Assert.Equal(0, validation.Characters.Errors);
    }

    [Theory]
    [InlineData(MatrixOptimizer.AdamW, "all", 0, 1, ComputePrecision.Float32)]
    [InlineData(MatrixOptimizer.Muon, "all", 0, 2, ComputePrecision.Float32)]
    [InlineData(MatrixOptimizer.AdamW, "all", 4, 1, ComputePrecision.Float32)]
    [InlineData(MatrixOptimizer.Muon, "all", 0, 1, ComputePrecision.BFloat16)]
    public void Run_KilledTwiceAndResumed_GivesTheWeightsOfAnUninterruptedRun(
        MatrixOptimizer optimizer, string set, int loraRank, int accumulation, ComputePrecision precision)
    {
        var options = Options(steps: 20);
        options.Precision = precision;
        options.Optimizer.Matrices = optimizer;
        options.Accumulation = accumulation;
        options.Dropout = 0.1;
        options.CheckpointInterval = 3;
        options.ValidationInterval = 8;
        TrainingTask Make(string folder) => Task(folder, options) with
        {
            FineTuning = new FineTuningOptions { Parameters = set, LoraRank = loraRank, PullStrength = 0.01 },
            Validation = [new("held out", Tones.Create(_model, 3, seed: 9))],
        };

        Run(Make("whole"));
        // What a kill leaves is the last checkpoint: steps 4 and 5, and 13 to 14, are taken again.
        RunUntil(Make("killed"), 5);
        RunUntil(Make("killed"), 14);
        Run(Make("killed"));

        Assert.Equal(Weights("whole"), Weights("killed"));
        Assert.Equal(Weights("whole/training/last"), Weights("killed/training/last"));
        Assert.Equal(CurveSteps("whole"), CurveSteps("killed"));
    }

    [Fact]
    public void Run_Cancelled_LeavesACheckpointOfThatStep()
    {
        var options = Options(steps: 10);
        options.CheckpointInterval = 1000;
        using var cancellation = new CancellationTokenSource();
        using (var trainer = new Trainer(Task("out", options), TimeProvider.System))
        {
            var progress = new Watcher(report =>
            {
                if (report.Step == 4) cancellation.Cancel();
            });
            Assert.Throws<OperationCanceledException>(() => trainer.Run(progress, cancellation.Token));
        }

        using var resumed = new Trainer(Task("out", options), TimeProvider.System);

        Assert.Equal(4, resumed.Step);
    }

    [Fact]
    public void Constructor_CheckpointOfAnotherTraining_IsRefused()
    {
        Run(Task("out", Options(steps: 2)));
        var options = Options(steps: 2);
        options.LabelSmoothing = 0.1;

        var exception = Assert.Throws<TrainingException>(() => new Trainer(Task("out", options), TimeProvider.System));

        Assert.Contains("belongs to another training", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ComputePrecision.Float32)]
    [InlineData(ComputePrecision.BFloat16)]
    public void Constructor_AutoOnACheckpoint_GoesOnInThePrecisionThatItWasBegunWith(ComputePrecision begun)
    {
        var options = Options(steps: 4);
        options.Precision = begun;
        options.CheckpointInterval = 2;
        RunUntil(Task("out", options), step: 3);

        options.Precision = ComputePrecision.Auto;
        using var resumed = new Trainer(Task("out", options), TimeProvider.System);
        Assert.Equal(begun, resumed.Precision);
        Assert.Equal(2, resumed.Step);
    }

    [Fact]
    public void Run_MadeLongerOnThePlateau_GivesTheWeightsOfATrainingOfThatLength()
    {
        TrainingOptions Until(int steps)
        {
            var options = Options(steps);
            options.Optimizer.DecayStart = 0.75;
            options.CheckpointInterval = 3;
            return options;
        }

        Run(Task("whole", Until(16)));
        RunUntil(Task("longer", Until(8)), 6);
        Run(Task("longer", Until(16)));

        Assert.Equal(Weights("whole"), Weights("longer"));
    }

    [Theory]
    [InlineData(4, 8)] // the checkpoint lies in the decay that it was begun with
    [InlineData(16, 8)] // it would lie in the new one
    public void Constructor_AnotherLengthInTheDecay_IsRefused(int begun, int resumed)
    {
        TrainingOptions Until(int steps)
        {
            var options = Options(steps);
            options.Optimizer.DecayStart = 0.5;
            options.CheckpointInterval = 1;
            return options;
        }

        if (begun == 4) Run(Task("out", Until(begun)));
        else RunUntil(Task("out", Until(begun)), 6);

        var exception = Assert.Throws<TrainingException>(() => new Trainer(Task("out", Until(resumed)), TimeProvider.System));

        Assert.Contains("until its learning rate falls", exception.Message, StringComparison.Ordinal);
        Assert.Contains($"of {begun}, and would from step 4 of 8", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Constructor_OutputIsTheSource_IsRefused() =>
        Assert.Throws<TrainingException>(() => new Trainer(Task("x", Options(1)) with { OutputFolder = _model.Folder }, TimeProvider.System));

    [Fact]
    public void Run_Guard_ReportsHowMuchOfTheSourcesTranscriptsIsLeft()
    {
        var options = Options(steps: 60);
        options.ValidationInterval = 60;
        options.CheckpointInterval = 20;
        options.Optimizer.LearningRate = 3e-3;
        TrainingTask Make(string folder) => Task(folder, options) with
        {
            Validation = [new("held out", Tones.Create(_model, 3, seed: 9)), new("guard", Tones.Create(_model, 3, seed: 8), IsGuard: true)],
        };
        var reports = new List<TrainingProgress>();
        using (var trainer = new Trainer(Make("whole"), TimeProvider.System)) trainer.Run(new Watcher(reports.Add), CancellationToken.None);
        RunUntil(Make("resumed"), 30);

        var resumed = Run(Make("resumed"));

        Assert.Equal(1, reports[0].Validation[1].Locality);
        Assert.Null(reports[0].Validation[0].Locality);
        // Compared with the source's transcripts, not with those of the checkpoint.
        Assert.InRange(resumed.LastValidation[1].Locality!.Value, 0, 0.9);
        Assert.Equal(reports[^1].Validation[1].Locality, resumed.LastValidation[1].Locality);
        var curve = File.ReadAllLines(_folder.File("whole/training/learning-curve.csv"));
        Assert.EndsWith("guard wer,guard cer,guard loss,guard locality", curve[0], StringComparison.Ordinal);
        Assert.EndsWith(",1", curve[1], StringComparison.Ordinal);
        Assert.Contains("Locality on guard: ", File.ReadAllText(_folder.File("whole/README.md")), StringComparison.Ordinal);
    }

    [Fact]
    public void Run_NoGain_EndsAfterThePatience()
    {
        var options = Options(steps: 100);
        options.ValidationInterval = 2;
        options.Patience = 3;
        options.Optimizer.LearningRate = 1e-9;

        var result = Run(Task("out", options) with { Validation = [new("held out", Tones.Create(_model, 3, seed: 9))] });

        Assert.Equal((0, 6), (result.BestStep, result.LastStep));
    }

    [Fact]
    public void Run_DiskFullWhileCheckpointing_LeavesThePreviousCheckpoint()
    {
        var checkpoint = Path.Combine(_folder.Path, "out", "training", "checkpoint.safetensors");
        var options = Options(steps: 6);
        options.CheckpointInterval = 2;
        RunUntil(Task("out", options), 2);
        var before = File.ReadAllBytes(checkpoint);

        // A tensor whose bytes cannot be written, as on a full disk.
        Assert.Throws<IOException>(() => SafetensorsWriter.Write(
            checkpoint, [new TensorSource("parameters", ElementType.F32, [1], _ => throw new IOException("No space left on device"))]));

        Assert.Equal(before, File.ReadAllBytes(checkpoint));
        Assert.Equal(["checkpoint.safetensors"], Directory.GetFiles(Path.GetDirectoryName(checkpoint)!, "*checkpoint*").Select(Path.GetFileName));
    }

    [Fact]
    public async Task Run_Output_IsAModelFolderThatTheServersSessionRuns()
    {
        Run(Task("out", Options(steps: 3)));

        using var trained = Model.Open(_folder.File("out"));
        using var acoustic = new OnnxAcousticModel(trained);
        Assert.True(acoustic.Run(TestModels.Waveform(8_000, 1), null, CancellationToken.None).AreFinite);
        Assert.Contains("Fine-tuned from", await File.ReadAllTextAsync(_folder.File("out/README.md"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public void Run_Lora_IsMergedIntoItsTargetsAndChangesNothingElse()
    {
        var task = Task("out", Options(steps: 5)) with { FineTuning = new FineTuningOptions { LoraRank = 2, LoraAlpha = 3, LoraTargets = ["out_proj"] } };
        using var trainer = new Trainer(task, TimeProvider.System);
        trainer.Run(null, CancellationToken.None);
        var trained = trainer.Snapshot();

        using var merged = Model.Open(_folder.File("out"));
        foreach (var parameter in _model.Layout.Parameters)
        {
            var (before, after) = (_model.Weights.ReadFloats(parameter.Name), merged.Weights.ReadFloats(parameter.Name));
            if (!parameter.Name.EndsWith("out_proj.weight", StringComparison.Ordinal))
            {
                Assert.Equal(before, after);
                continue;
            }

            var module = parameter.Name[..^".weight".Length];
            var a = trained[trained.Layout.Slices.Single(slice => slice.Parameter.Name == module + ".lora_A.weight")].Span;
            var b = trained[trained.Layout.Slices.Single(slice => slice.Parameter.Name == module + ".lora_B.weight")].Span;
            var size = (int)parameter.Shape[1];
            // Row 1, column 2 of W + 3/2 B A.
            var expected = before[size + 2] + (1.5 * ((b[2] * a[2]) + (b[3] * a[size + 2])));
            Assert.Equal(expected, after[size + 2], 1e-6);
            Assert.NotEqual(before, after);
        }
    }

    [Fact]
    public void Run_StrongPull_StaysNearerToTheSource()
    {
        var free = Distance(new FineTuningOptions(), null, "free");
        var pulled = Distance(new FineTuningOptions { PullStrength = 100 }, null, "pulled");
        var consolidated = Distance(new FineTuningOptions { PullStrength = 100 }, Tones.Create(_model, 3, seed: 2), "consolidated");

        Assert.True(pulled < 0.8 * free, $"{pulled} of {free}");
        Assert.True(consolidated < 0.95 * free, $"{consolidated} of {free}");
    }

    public void Dispose()
    {
        _model.Dispose();
        _folder.Dispose();
    }

    private static TrainingResult Run(TrainingTask task)
    {
        using var trainer = new Trainer(task, TimeProvider.System);
        return trainer.Run(null, CancellationToken.None);
    }

    /// <summary>Ends without a last checkpoint, as a kill does: an exception out of the report of a step.</summary>
    private static void RunUntil(TrainingTask task, int step)
    {
        using var trainer = new Trainer(task, TimeProvider.System);
        Assert.Throws<InvalidOperationException>(() => trainer.Run(
            new Watcher(report =>
            {
                if (report.Step == step) throw new InvalidOperationException();
            }),
            CancellationToken.None));
    }

    private static TrainingOptions Options(int steps) => new()
    {
        MaxSteps = steps,
        ReportInterval = 1,
        Threads = 1,
        Precision = ComputePrecision.Float32,
        ValidationInterval = 1000,
        Optimizer = new OptimizerOptions { LearningRate = 1e-3, WarmUpSteps = 2 },
    };

    private TrainingData Data(IReadOnlyList<TrainingUtterance> utterances, AugmentationOptions augmentation) =>
        new([new(utterances)], _model, new Augmentation(augmentation, 16_000, []), TimeSpan.FromSeconds(4), seed: 1);

    private TrainingTask Task(string folder, TrainingOptions options) => new()
    {
        Source = _model,
        Data = Data(Tones.Create(_model, 12, seed: 1), new AugmentationOptions()),
        Options = options,
        OutputFolder = _folder.File(folder),
        Card = new ModelCard { Name = "tones", Source = _model.Name, Data = [("tones", 12, 0.003)], Command = "test" },
    };

    private double Distance(FineTuningOptions fineTuning, IReadOnlyList<TrainingUtterance>? fisher, string folder)
    {
        using var trainer = new Trainer(Task(folder, Options(steps: 30)) with { FineTuning = fineTuning, Fisher = fisher }, TimeProvider.System);
        var before = trainer.Snapshot().Values.ToArray();
        trainer.Run(null, CancellationToken.None);
        return Math.Sqrt(trainer.Snapshot().Values.ToArray().Zip(before, (after, start) => Math.Pow(after - start, 2)).Sum());
    }

    private byte[] Weights(string folder) => File.ReadAllBytes(_folder.File(folder + "/model.safetensors"));

    private string[] CurveSteps(string folder) =>
        [.. File.ReadLines(_folder.File(folder + "/training/learning-curve.csv")).Select(line => line.Split(',')[0])];

    private sealed class Watcher(Action<TrainingProgress> watch) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => watch(value);
    }
}
