using Attune.Adaptation.Fast;
using Attune.Adaptation.Network;
using Attune.Adaptation.Objectives;
using Attune.Adaptation.Revisions;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Models;
using static TorchSharp.torch;

namespace Attune.Adaptation.Tests.Fast;

/// <summary>What an utterance gets in a batch is what it gets alone.</summary>
public sealed class FastUpdateBatchTests
{
    /// <summary>Largest difference of a logit, as a share of the largest logit: a batch adds up in another order.</summary>
    private const double Tolerance = 1e-5;

    private static readonly int[] Lengths = [16_000, 9_217, 12_345, 4_001];

    public static TheoryData<string, string, double> ModelsAndSets => new(
        from model in new[] { "tiny-group", "tiny-layer", "tiny-hubert", "tiny-post-layer" }
        from set in new[] { ("suta", 1e-4), ("layer-norm", 1e-3), ("top-2", 1e-3), ("bias", 1e-3), ("lora", 1e-3), ("all", 1e-4) }
        select (model, set.Item1, set.Item2))
    {
        { "spoken-numbers-en", "suta", 1e-4 },
        { "spoken-numbers-en", "layer-norm", 1e-3 },
    };

    [Theory]
    [MemberData(nameof(ModelsAndSets))]
    public void Run_UnequalLengthsStepsAndStarts_EachRowIsItsSingleRun(string name, string set, double learningRate)
    {
        using var model = TestModels.Open(name, out var cleanUp);
        using var network = new Wav2Vec2Network(model);
        var update = Update(network, model, set, learningRate);
        var starts = Starts(update);
        FastUpdateJob Job(int row) => NewJob(row, steps: 2 + row, starts[row]);
        FastUpdateJob[] together = [.. Lengths.Select((_, row) => Job(row))];

        update.Run(together);

        for (var row = 0; row < Lengths.Length; row++) AssertSame(Alone(update, Job(row)), Result(together[row]));
        cleanUp?.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Run_Sgem_EachRowIsItsSingleRun(bool hasLanguage)
    {
        using var model = TestModels.Open("spoken-numbers-en", out _);
        using var network = new Wav2Vec2Network(model);
        var options = new FastUpdateOptions { Precision = ComputePrecision.Float32, Objective = NamedObjectives.Sgem };
        var objective = NamedObjectives.Create(options.Objective, model.Config.BlankId, hasLanguage ? TestLanguage.Of(model) : null);
        var update = new FastUpdate(network, model, options, TimeProvider.System, source: null, objective);
        FastUpdateJob[] together = [.. Lengths.Select((_, row) => NewJob(row, steps: 1 + row))];

        update.Run(together);

        for (var row = 0; row < Lengths.Length; row++) AssertSame(Alone(update, NewJob(row, steps: 1 + row)), Result(together[row]));
    }

    [Fact]
    public void Constructor_ObjectiveOfTheOptions_IsWhatIsMinimised()
    {
        using var model = TestModels.Open("tiny-group", out _);
        using var network = new Wav2Vec2Network(model);
        double Loss(string objective) => Alone(
            new FastUpdate(network, model, new FastUpdateOptions { Precision = ComputePrecision.Float32, Objective = objective, Parameters = "bias" }, TimeProvider.System), NewJob(0, 1)).Steps[0].Loss;

        Assert.NotEqual(Loss("suta"), Loss("sgem"), 1e-3);
        Assert.Contains("one of suta, sgem. Given: 'best'", Assert.Throws<ArgumentException>(() => Loss("best")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_HiddenStatesFromTheGraph_EachRowIsItsSingleRun()
    {
        using var model = TestModels.Open("tiny-group", out _);
        using var network = new Wav2Vec2Network(model);
        using var acoustic = new OnnxAcousticModel(model, topLayers: 2);
        var update = Update(network, model, "top-2", 1e-3);
        FastUpdateJob Job(int row)
        {
            var waveform = TestModels.Waveform(Lengths[row], row);
            return new FastUpdateJob(null, waveform, acoustic.RunWithHidden(waveform, null, CancellationToken.None).Hidden, 5 - row, null, CancellationToken.None);
        }

        FastUpdateJob[] together = [.. Lengths.Select((_, row) => Job(row))];
        update.Run(together);

        for (var row = 0; row < Lengths.Length; row++) AssertSame(Alone(update, Job(row)), Result(together[row]));
    }

    [Fact]
    public void Run_OneRowIsNoNumber_TheOthersAreUntouched()
    {
        using var model = TestModels.Open("tiny-group", out _);
        using var network = new Wav2Vec2Network(model);
        var update = Update(network, model, "layer-norm", 1e-3);
        var broken = TestModels.Waveform(Lengths[1], 1).ToArray();
        broken[100] = float.PositiveInfinity;
        FastUpdateJob[] together = [NewJob(0, 4), new(null, broken, null, 4, null, CancellationToken.None), NewJob(2, 4)];

        update.Run(together);

        Assert.False(Result(together[1]).IsFinite);
        Assert.Single(Result(together[1]).Steps);
        AssertSame(Alone(update, NewJob(0, 4)), Result(together[0]));
        AssertSame(Alone(update, NewJob(2, 4)), Result(together[2]));
    }

    [Fact]
    public void Run_OneRowIsCancelledAtAStep_TheOthersGoOn()
    {
        using var model = TestModels.Open("tiny-layer", out _);
        using var network = new Wav2Vec2Network(model);
        using var cancellation = new CancellationTokenSource();
        var time = new TickingTime(TimeSpan.FromSeconds(1), afterReads: 4, cancellation.Cancel); // in the second step
        var update = new FastUpdate(network, model, new FastUpdateOptions { Precision = ComputePrecision.Float32, Parameters = "bias", LearningRate = 1e-3 }, time);
        FastUpdateJob[] together = [NewJob(0, 4), NewJob(1, 4, cancellationToken: cancellation.Token), NewJob(2, 4)];

        update.Run(together);

        Assert.True(together[1].Result.IsCanceled);
        AssertSame(Alone(update, NewJob(0, 4)), Result(together[0]));
        AssertSame(Alone(update, NewJob(2, 4)), Result(together[2]));
    }

    [Fact]
    public void Run_OneRowIsOutOfBudget_ItIsAnsweredAndTheOthersGoOn()
    {
        using var model = TestModels.Open("tiny-layer", out _);
        using var network = new Wav2Vec2Network(model);
        FastUpdate NewUpdate() => new(
            network, model, new FastUpdateOptions { Precision = ComputePrecision.Float32, Parameters = "bias", LearningRate = 1e-3 }, new TickingTime(TimeSpan.FromSeconds(1)));

        // Every look at the clock is a second later; a step takes one, and the look at the budget before it too: the third would end at 6 s, and its final at 6.3 s.
        FastUpdateJob[] together = [NewJob(0, 5), NewJob(1, 5, budget: TimeSpan.FromSeconds(6)), NewJob(2, 5, budget: TimeSpan.Zero)];
        NewUpdate().Run(together);

        Assert.True(Result(together[1]).StoppedByBudget);
        Assert.Equal(2, Result(together[1]).Steps.Count);
        AssertSame(Alone(NewUpdate(), NewJob(1, 2)), Result(together[1]));
        Assert.Null(Result(together[2]));
        Assert.False(Result(together[0]).StoppedByBudget);
        AssertSame(Alone(NewUpdate(), NewJob(0, 5)), Result(together[0]));
    }

    [Fact]
    public void Run_OneStartIsOfAnotherSet_OnlyItIsRefused()
    {
        using var model = TestModels.Open("tiny-layer", out _);
        using var network = new Wav2Vec2Network(model);
        var update = Update(network, model, "layer-norm", 1e-3);
        FastUpdateJob[] together = [NewJob(0, 2, new AdaptationState(AdaptableParameters.Source(model, ParameterSet.Parse("bias")))), NewJob(1, 2)];

        update.Run(together);

        Assert.Throws<ArgumentException>(() => Result(together[0]));
        AssertSame(Alone(update, NewJob(1, 2)), Result(together[1]));
    }

    [Fact]
    public void Run_ManyBatches_LeavesNoTensorBehind()
    {
        using var model = TestModels.Open("tiny-layer", out _);
        using var network = new Wav2Vec2Network(model);
        var update = Update(network, model, "top-2", 1e-3);
        Adapt();
        var before = LiveTensors.Settle();

        for (var i = 0; i < 5; i++) Adapt();

        Assert.Equal(before, Tensor.TotalCount);

        void Adapt() => update.Run([NewJob(0, 1), NewJob(1, 2), NewJob(2, 3)]);
    }

    /// <summary>From nothing, from a revision, and from revisions with moments of different age.</summary>
    private static AdaptationState?[] Starts(FastUpdate update)
    {
        AdaptationState State(int seed, int? steps) => new(
            TestModels.Perturb(update.Source, seed),
            steps is { } age ? new OptimizerMoments(Small(seed, 1e-3f), Small(seed, 1e-6f), age) : null);
        float[] Small(int seed, float scale)
        {
            var random = new Random(seed);
            return [.. update.Source.Values.ToArray().Select(_ => scale * random.NextSingle())];
        }

        return [null, State(1, null), State(2, 3), State(3, 40)];
    }

    private static FastUpdateJob NewJob(
        int row, int steps, AdaptationState? start = null, TimeSpan? budget = null, CancellationToken cancellationToken = default) =>
        new(start, TestModels.Waveform(Lengths[row], row), null, steps, () => budget, cancellationToken);

    private static FastUpdate Update(Wav2Vec2Network network, Model model, string set, double learningRate) =>
        new(network, model, new FastUpdateOptions { Precision = ComputePrecision.Float32, Parameters = set, LearningRate = learningRate }, TimeProvider.System);

    private static FastUpdateResult Alone(FastUpdate update, FastUpdateJob job)
    {
        update.Run([job]);
        return Result(job);
    }

    /// <summary>Null where the budget had no room; the tests know where.</summary>
    private static FastUpdateResult Result(FastUpdateJob job) => job.Result.GetAwaiter().GetResult()!; // complete when Run returns

    private static void AssertSame(FastUpdateResult alone, FastUpdateResult together)
    {
        Assert.Equal(alone.Steps.Count, together.Steps.Count);
        Assert.Equal(alone.Logits.FrameCount, together.Logits.FrameCount);
        Assert.Equal(alone.LossAfter, together.LossAfter, 1e-5);
        for (var i = 0; i < alone.Steps.Count; i++) Assert.Equal(alone.Steps[i].Loss, together.Steps[i].Loss, 1e-5);
        var largest = alone.Logits.Values.ToArray().Max(Math.Abs);
        var difference = alone.Logits.Values.ToArray().Zip(together.Logits.Values.ToArray(), (a, b) => Math.Abs(a - b)).Max();
        Assert.True(difference <= Tolerance * largest, $"The largest difference is {difference:e2}, of logits up to {largest:0.0}; at most {Tolerance:e0} of that is allowed.");
    }
}
