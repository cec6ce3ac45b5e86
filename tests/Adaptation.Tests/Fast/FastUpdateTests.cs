using Attune.Adaptation.Fast;
using Attune.Adaptation.Network;
using Attune.Adaptation.Revisions;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Models;
using static TorchSharp.torch;

namespace Attune.Adaptation.Tests.Fast;

public sealed class FastUpdateTests : IDisposable
{
    private readonly Model _model = TestModels.Open("tiny-layer", out _);
    private readonly Wav2Vec2Network _network;

    public FastUpdateTests() => _network = new Wav2Vec2Network(_model);

    [Theory]
    [InlineData("suta", 1e-4)]
    [InlineData("layer-norm", 1e-3)]
    [InlineData("top-1", 1e-3)]
    [InlineData("top-3", 1e-3)]
    [InlineData("bias", 1e-3)]
    [InlineData("lora", 1e-2)]
    [InlineData("all", 1e-4)]
    public void Run_EveryParameterSet_LowersTheLossAndLeavesTheModelAlone(string set, double learningRate)
    {
        var update = Update(new FastUpdateOptions { Precision = ComputePrecision.Float32, Parameters = set, LearningRate = learningRate });
        var waveform = TestModels.Waveform(16_000, seed: 1);
        var untouched = update.Run(waveform, null, steps: 0, null, CancellationToken.None)!;

        var result = update.Run(waveform, null, steps: 5, null, CancellationToken.None)!;

        Assert.Equal(5, result.Steps.Count);
        Assert.True(result.LossAfter < result.Steps[0].Loss, $"{result.Steps[0].Loss} -> {result.LossAfter}");
        Assert.NotEqual(update.Source.Values.ToArray(), result.Parameters!.Values.ToArray());
        Assert.Equal(untouched.Logits.Values, update.Run(waveform, null, steps: 0, null, CancellationToken.None)!.Logits.Values);
    }

    [Fact]
    public void Run_Twice_IsBitIdentical()
    {
        var update = Update(new FastUpdateOptions { Precision = ComputePrecision.Float32 });
        var waveform = TestModels.Waveform(16_000, seed: 2);

        var first = update.Run(waveform, null, steps: 3, null, CancellationToken.None)!;
        var second = update.Run(waveform, null, steps: 3, null, CancellationToken.None)!;

        Assert.Equal(first.Logits.Values, second.Logits.Values);
        Assert.Equal(first.Parameters!.Values.ToArray(), second.Parameters!.Values.ToArray());
    }

    [Fact]
    public void Run_FromParametersOfAnEarlierRun_StartsWhereItEnded()
    {
        var update = Update(new FastUpdateOptions { Precision = ComputePrecision.Float32 });
        var waveform = TestModels.Waveform(16_000, seed: 3);
        var earlier = update.Run(waveform, null, steps: 4, null, CancellationToken.None)!;

        var later = update.Run(new AdaptationState(earlier.Parameters!), waveform, null, steps: 1, null, CancellationToken.None)!;

        Assert.Equal(earlier.LossAfter, later.Steps[0].Loss, 1e-7);
        Assert.True(later.LossAfter < earlier.LossAfter);
    }

    [Fact]
    public void Run_FromAnotherLayout_IsRefused()
    {
        var update = Update(new FastUpdateOptions { Precision = ComputePrecision.Float32 });
        var foreign = new AdaptationState(AdaptableParameters.Source(_model, ParameterSet.Parse("bias")));

        Assert.Throws<ArgumentException>(
            () => update.Run(foreign, TestModels.Waveform(8_000, seed: 1), null, steps: 1, null, CancellationToken.None));
    }

    [Fact]
    public void Run_LossAfterNSteps_IsTheLossThatStepNPlusOneStartsFrom()
    {
        var update = Update(new FastUpdateOptions { Precision = ComputePrecision.Float32 });
        var waveform = TestModels.Waveform(16_000, seed: 3);

        var four = update.Run(waveform, null, steps: 4, null, CancellationToken.None)!;
        var five = update.Run(waveform, null, steps: 5, null, CancellationToken.None)!;

        Assert.Equal(five.Steps[4].Loss, four.LossAfter, 1e-7);
    }

    [Theory]
    [InlineData("suta", 1e-3)]
    [InlineData("layer-norm", 1e-2)]
    [InlineData("lora", 1e-2)]
    public void Run_LastPassInOnnxRuntime_AnswersWhatTheNetworkDoes(string set, double learningRate)
    {
        var options = new FastUpdateOptions { Precision = ComputePrecision.Float32, Parameters = set, LearningRate = learningRate };
        using var acousticModel = new OnnxAcousticModel(_model, ParameterSet.Parse(set));
        var update = new FastUpdate(_network, _model, options, TimeProvider.System, acousticModel.Source, recognizer: acousticModel);
        var waveform = TestModels.Waveform(16_000, seed: 3);

        var expected = Update(options).Run(waveform, null, steps: 4, null, CancellationToken.None)!;
        var actual = update.Run(waveform, null, steps: 4, null, CancellationToken.None)!;

        Assert.Equal(expected.Parameters!.Values.ToArray(), actual.Parameters!.Values.ToArray());
        Assert.Equal(expected.Logits.Values.ToArray(), actual.Logits.Values.ToArray(), (a, b) => Math.Abs(a - b) <= 1e-4);
        Assert.Equal(expected.LossAfter, actual.LossAfter, 1e-5);
        Assert.Equal(expected.AllBlankAfter, actual.AllBlankAfter);
        Assert.NotEqual(update.Run(waveform, null, steps: 0, null, CancellationToken.None)!.LossAfter, actual.LossAfter, 1e-3);
    }

    [Fact]
    public void Run_ParametersThatAreNoNumbersInOnnxRuntime_AreNotAnsweredWith()
    {
        using var acousticModel = new OnnxAcousticModel(_model, ParameterSet.Suta);
        var update = new FastUpdate(_network, _model, new FastUpdateOptions(), TimeProvider.System, acousticModel.Source, recognizer: acousticModel);
        var broken = new AdaptableParameters(update.Source.Layout, Enumerable.Repeat(float.NaN, update.Source.Layout.Length).ToArray());

        var result = update.Run(new AdaptationState(broken), TestModels.Waveform(16_000, seed: 4), null, steps: 3, null, CancellationToken.None)!;

        Assert.Single(result.Steps);
        Assert.False(result.Logits.AreFinite);
        Assert.False(result.IsFinite);
    }

    [Fact]
    public void Run_StepsThatExplode_EndsAtTheFirstThatIsNoNumber()
    {
        var update = Update(new FastUpdateOptions { Precision = ComputePrecision.Float32, LearningRate = 1 });
        var source = TestModels.Waveform(16_000, seed: 4).ToArray();
        source[100] = float.PositiveInfinity;

        var result = update.Run(source, null, steps: 10, null, CancellationToken.None)!;

        Assert.Single(result.Steps);
        Assert.False(result.IsFinite);
    }

    [Fact]
    public void Run_BudgetOfFourSteps_LeavesRoomForTheLastPass()
    {
        // Every look at the clock is one second later: a step takes one, and looking at the budget too.
        var update = new FastUpdate(_network, _model, new FastUpdateOptions { Precision = ComputePrecision.Float32 }, new TickingTime(TimeSpan.FromSeconds(1)));

        var result = update.Run(TestModels.Waveform(8_000, seed: 5), null, steps: 100, TimeSpan.FromSeconds(10), CancellationToken.None)!;

        Assert.True(result.StoppedByBudget);
        Assert.Equal(3, result.Steps.Count); // at 1, 4, 7 s; at 10 s another would end at 11.3 s
        Assert.Equal(5.0 / 3, result.BudgetSpare!.Value.TotalSeconds, 4); // 10 s less 7 s less a step and its pass
    }

    [Fact]
    public void Run_AnswersThatCameLate_BudgetsKeepSoMuchFree()
    {
        var update = new FastUpdate(_network, _model, new FastUpdateOptions { Precision = ComputePrecision.Float32 }, new TickingTime(TimeSpan.FromSeconds(1)));
        FastUpdateResult? Run() => update.Run(TestModels.Waveform(8_000, seed: 5), null, steps: 100, TimeSpan.FromSeconds(10), CancellationToken.None);
        Run();
        update.Costs.ObserveDelay(TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(2)); // more than the 1.67 s that were to be left

        Assert.Equal(2, Run()!.Steps.Count);
        update.Costs.ObserveDelay(TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(9));
        Assert.Null(Run());
    }

    [Fact]
    public void Run_BudgetAlreadySpent_ComputesNothing() =>
        Assert.Null(Update(new FastUpdateOptions { Precision = ComputePrecision.Float32 }).Run(TestModels.Waveform(8_000, seed: 5), null, 10, TimeSpan.Zero, CancellationToken.None));

    [Fact]
    public void Run_BudgetBelowTheMeasuredCostOfAStep_ComputesNothingUntilTheCostIsDoubted()
    {
        // A step takes one tick of a second, and the final pass a third of that.
        var update = new FastUpdate(_network, _model, new FastUpdateOptions { Precision = ComputePrecision.Float32 }, new TickingTime(TimeSpan.FromSeconds(1)));
        FastUpdateResult? Run(double? seconds) => update.Run(
            TestModels.Waveform(8_000, seed: 5), null, steps: 1, seconds is { } budget ? TimeSpan.FromSeconds(budget) : null, CancellationToken.None);
        Run(null);

        Assert.Null(Run(1.3)); // 1 s and 0.33 s
        Assert.NotNull(Run(1.3)); // 0.95 s and 0.32 s, after one refusal
    }

    [Fact]
    public void Run_CancelledBetweenSteps_Throws()
    {
        using var cancellation = new CancellationTokenSource();
        // The clock is read in every step; the token is cancelled within the second.
        var time = new TickingTime(TimeSpan.FromSeconds(1), afterReads: 4, cancellation.Cancel);
        var update = new FastUpdate(_network, _model, new FastUpdateOptions { Precision = ComputePrecision.Float32 }, time);

        Assert.Throws<OperationCanceledException>(
            () => update.Run(TestModels.Waveform(8_000, seed: 5), null, steps: 100, null, cancellation.Token));
        Assert.InRange(time.Reads, 4, 6);
    }

    [Theory]
    [InlineData("suta")]
    [InlineData("top-2")]
    [InlineData("lora")]
    public void Run_ManyLengths_LeavesNoTensorBehind(string set)
    {
        var update = Update(new FastUpdateOptions { Precision = ComputePrecision.Float32, Parameters = set });
        Adapt(0);
        var before = LiveTensors.Settle();

        for (var i = 1; i <= 20; i++) Adapt(i);

        Assert.Equal(before, Tensor.TotalCount);

        void Adapt(int i) => update.Run(TestModels.Waveform(4_000 + (617 * i), seed: i), null, steps: 2, null, CancellationToken.None);
    }

    public void Dispose()
    {
        _network.Dispose();
        _model.Dispose();
    }

    private FastUpdate Update(FastUpdateOptions options) => new(_network, _model, options, TimeProvider.System);
}
