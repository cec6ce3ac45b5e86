using Attune.Adaptation.Network;
using Attune.Adaptation.Text;
using Attune.Adaptation.Text.Training;
using Attune.Adaptation.Training;
using Attune.Text.Inference;
using Attune.Text.Models;
using static TorchSharp.torch;

namespace Attune.Adaptation.Tests.Text.Training;

public sealed class FineTuningTests : IDisposable
{
    private readonly TinyTextModel _tiny = TinyTextModel.Gpt2(seed: 7);
    private readonly TextModel _source;
    private readonly TemporaryFolder _folder = new();

    public FineTuningTests() => _source = _tiny.Open();

    [Fact]
    public void Run_Answers_AreLearnt()
    {
        var answers = Answers(("the cat", " sat"), ("a dog", " ate"));
        var reports = new List<CausalProgress>();
        var task = Task("out", 60) with { Data = new ExampleData(answers), Validation = [new ExampleSet("v", _source, answers, areAnswers: true)] };

        using (var trainer = new CausalTrainer(task, TimeProvider.System)) trainer.Run(new Reports(reports), CancellationToken.None);

        Assert.True(reports[0].Validation[0].Accuracy < 1);
        Assert.Equal(1, reports[^1].Validation[0].Accuracy);
        Assert.Equal("step,learning_rate,loss,gradient_norm,tokens_per_second,v bits_per_byte,v accuracy", File.ReadLines(TrainingPaths.LearningCurve(_folder.File("out"))).First());
        Assert.Equal(1 + reports.Count, File.ReadLines(TrainingPaths.LearningCurve(_folder.File("out"))).Count());
    }

    [Fact]
    public void Run_Preferences_AreFollowed()
    {
        var pairs = new[]
        {
            new PreferencePair(CausalExample.OfAnswer(_source, "the cat", " sat"), CausalExample.OfAnswer(_source, "the cat", " ate")),
            new PreferencePair(CausalExample.OfAnswer(_source, "a dog", " ate"), CausalExample.OfAnswer(_source, "a dog", " sat")),
        };
        var reports = new List<CausalProgress>();
        var task = Task("out", 30) with { Data = new PreferenceData(pairs, 0.5), Validation = [new PreferenceSet("v", new PreferenceData(pairs, 0.5))] };

        using (var trainer = new CausalTrainer(task, TimeProvider.System)) trainer.Run(new Reports(reports), CancellationToken.None);

        Assert.Equal(Math.Log(2), reports[0].Validation[0].Loss, 4);
        Assert.Equal(1, reports[^1].Validation[0].Accuracy);
        Assert.True(reports[^1].Validation[0].Loss < 0.1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Run_StoppedAndResumed_GivesTheSameWeights(bool hasPreferences)
    {
        CausalTrainingTask Make(string folder) => Task(folder, 12) with
        {
            Data = hasPreferences
                ? new PreferenceData([new(Answers(("the cat", " sat"))[0], Answers(("the cat", " ate"))[0]), new(Answers(("a dog", " ate"))[0], Answers(("a dog", " saw"))[0])], 0.1)
                : new ExampleData(Answers(("the cat", " sat"), ("a dog", " ate"), ("the moon", " is"))),
            Replay = new ExampleData(Answers(("who", " saw it"), ("where", " is the hat"))),
            FineTuning = new FineTuningOptions { LoraRank = 2, LoraTargets = ["c_attn", "c_fc"], PullStrength = 0.1 },
            Fisher = Answers(("who", " saw it")),
        };
        using (var whole = new CausalTrainer(Make("whole"), TimeProvider.System)) whole.Run(null, CancellationToken.None);
        using var stop = new CancellationTokenSource();
        using (var first = new CausalTrainer(Make("parts"), TimeProvider.System))
        {
            var stopping = new Reports([], report =>
            {
                if (report.Step == 5) stop.Cancel();
            });
            Assert.Throws<OperationCanceledException>(() => first.Run(stopping, stop.Token));
        }

        using (var second = new CausalTrainer(Make("parts"), TimeProvider.System)) second.Run(null, CancellationToken.None);

        Assert.Equal(File.ReadAllBytes(_folder.File("whole/model.safetensors")), File.ReadAllBytes(_folder.File("parts/model.safetensors")));
    }

    [Fact]
    public void Run_LoraExports_AreTheSameModelAsTheAdditionsInTheTwin()
    {
        var options = new FineTuningOptions { LoraRank = 2, LoraAlpha = 4, LoraTargets = ["c_attn", "c_proj"] };
        CausalTrainingTask Make(string folder, LoraExport export) => Task(folder, 8) with
        {
            Data = new ExampleData(Answers(("the cat", " sat"), ("a dog", " ate"))),
            FineTuning = new FineTuningOptions { LoraRank = 2, LoraAlpha = 4, LoraTargets = options.LoraTargets, LoraExport = export },
        };
        using (var trainer = new CausalTrainer(Make("whole", LoraExport.Merged), TimeProvider.System)) trainer.Run(null, CancellationToken.None);
        using (var trainer = new CausalTrainer(Make("adapter", LoraExport.Adapter), TimeProvider.System)) trainer.Run(null, CancellationToken.None);

        var adapter = LoraAdapter.Open(_folder.File("adapter"), _source);
        adapter.WriteMerged(_source, _folder.File("merged"));

        Assert.Contains("\"fan_in_fan_out\": true", File.ReadAllText(_folder.File("adapter/adapter_config.json")), StringComparison.Ordinal);
        using var whole = TextModel.Open(_folder.File("whole"));
        using var merged = TextModel.Open(_folder.File("merged"));
        Assert.All(_source.Layout.Parameters, parameter => Assert.Equal(whole.Weights.ReadFloats(parameter.Name), merged.Weights.ReadFloats(parameter.Name)));
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        var batch = new TokenBatch([_source.Tokenizer.Encode("the cat sat on the mat")]);
        using var additions = new ParameterTensors(adapter.Additions) { LoraScale = 2 };
        using var plain = new Gpt2Network(_source);
        using var mergedNetwork = new Gpt2Network(merged);
        var difference = plain.Forward(additions, batch).Minus(mergedNetwork.Forward(null, batch)).abs().max().item<float>();
        Assert.True(difference < 1e-4, $"The twin and the merged model differ by {difference}.");
    }

    [Fact]
    public void Run_Guard_BeginsAtTheSource()
    {
        var answers = Answers(("the cat", " sat"));
        var reports = new List<CausalProgress>();
        var task = Task("out", 20) with
        {
            Data = new ExampleData(answers),
            Validation = [new ExampleSet("guard", _source, [.. CausalExample.OfText(_source, "a dog ate the other cat in the hat")], areAnswers: false, isGuard: true)],
        };

        using (var trainer = new CausalTrainer(task, TimeProvider.System))
        {
            var (step, loss) = trainer.Run(new Reports(reports), CancellationToken.None);
            Assert.Equal((20, null), (step, loss)); // a guard decides nothing
        }

        Assert.Equal(0, reports[0].Validation[0].DivergenceNats!.Value, 5);
        Assert.True(reports[^1].Validation[0].DivergenceNats > 0.01);
    }

    [Theory]
    [InlineData("pull")]
    [InlineData("replay")]
    public void Run_HeldBack_MovesLessOnTheGuard(string how)
    {
        var known = Answers(("who", " saw it"), ("where", " is the hat"));
        double Divergence(CausalTrainingTask task)
        {
            var reports = new List<CausalProgress>();
            using var trainer = new CausalTrainer(task with { Validation = [new ExampleSet("guard", _source, known, areAnswers: true, isGuard: true)] }, TimeProvider.System);
            trainer.Run(new Reports(reports), CancellationToken.None);
            return reports[^1].Validation[0].Loss;
        }

        var free = Divergence(Task("free", 30));
        var held = Divergence(how == "pull"
            ? Task("held", 30) with { FineTuning = new FineTuningOptions { PullStrength = 100 } }
            : Task("held", 30) with { Replay = new ExampleData(known) });

        Assert.True(held < free, $"{held} and, free, {free}.");
    }

    [Fact]
    public void ShuffledOrder_APass_HasEachExampleOnce()
    {
        var order = new ShuffledOrder(7);

        int[] read = [.. Enumerable.Range(0, 7).SelectMany(step => order.At(step, 3, seed: 1))];

        Assert.All(read.Chunk(7), pass => Assert.Equal(Enumerable.Range(0, 7), pass.Order()));
        Assert.Equal(order.At(4, 3, seed: 1), new ShuffledOrder(7).At(4, 3, seed: 1));
    }

    public void Dispose()
    {
        _source.Dispose();
        _tiny.Dispose();
        _folder.Dispose();
    }

    private CausalExample[] Answers(params (string Prompt, string Answer)[] answers) => [.. answers.Select(item => CausalExample.OfAnswer(_source, item.Prompt, item.Answer))];

    private CausalTrainingTask Task(string folder, int steps) => new()
    {
        Source = _source,
        Data = new ExampleData(Answers(("the cat", " sat"))),
        Options = new CausalTrainingOptions
        {
            Steps = steps,
            BatchSize = 2,
            ValidationInterval = 5,
            Threads = 1,
            Optimizer = new OptimizerOptions { LearningRate = 1e-2, WarmUpSteps = 2 },
        },
        OutputFolder = _folder.File(folder),
    };

    private sealed class Reports(List<CausalProgress> reports, Action<CausalProgress>? told = null) : IProgress<CausalProgress>
    {
        public void Report(CausalProgress value)
        {
            reports.Add(value);
            told?.Invoke(value);
        }
    }
}
