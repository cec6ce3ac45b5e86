using Attune.Adaptation.Fast;
using Attune.Adaptation.Network;
using Attune.Adaptation.Revisions;
using Attune.Adaptation.Slow;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Models;
using static TorchSharp.torch;

namespace Attune.Adaptation.Tests.Slow;

public sealed class SlowUpdateTests : IDisposable
{
    private readonly Model _model = TestModels.Open("tiny-layer", out _);
    private readonly Wav2Vec2Network _network;

    public SlowUpdateTests() => _network = new Wav2Vec2Network(_model);

    [Theory]
    [InlineData("suta", false)]
    [InlineData("suta", true)]
    [InlineData("top-2", false)]
    public void Run_OneUtterance_IsTheFastUpdatesStep(string set, bool repeat)
    {
        var options = new FastUpdateOptions { Precision = ComputePrecision.Float32, Parameters = set, LearningRate = 1e-4, RepeatUpdatesPerEnclosingModule = repeat };
        var slow = Create(options);
        var fast = new FastUpdate(_network, _model, options, TimeProvider.System, slow.Source);
        var waveforms = Waveforms(3);

        // Two steps from two utterances, so that moments are carried; then both start from the same state.
        var start = slow.Run(slow.Run(null, [waveforms[0]], default).State, [waveforms[1]], default).State;
        var expected = fast.Run(start, waveforms[2], null, steps: 1, null, default)!;
        var actual = slow.Run(start, [waveforms[2]], default);

        Assert.Equal(expected.Parameters!.Values.ToArray(), actual.State.Parameters.Values.ToArray());
        Assert.Equal(expected.Steps[0].Loss, actual.Losses[0]);
        Assert.Equal(expected.Steps[0].GradientNorm, actual.GradientNorm);
        Assert.Equal(3, actual.State.Moments!.Steps);
    }

    [Fact]
    public void Run_SeveralUtterances_MomentsAreThoseOfTheMeanGradient()
    {
        var slow = Create(new FastUpdateOptions { Precision = ComputePrecision.Float32 });
        var waveforms = Waveforms(4);

        var alone = waveforms.Select(waveform => slow.Run(null, [waveform], default).State.Moments!.First.ToArray()).ToArray();
        var together = slow.Run(null, waveforms, default);

        // From zero, the first moment is a tenth of the gradient, and the second a thousandth of its square.
        var (first, second) = (together.State.Moments!.First.ToArray(), together.State.Moments.Second.ToArray());
        var scale = first.Max(MathF.Abs);
        for (var i = 0; i < first.Length; i++)
        {
            Assert.Equal(alone.Average(moment => moment[i]), first[i], 1e-5 * scale);
            Assert.Equal(0.001 * (10.0 * first[i]) * (10.0 * first[i]), second[i], 1e-4 * scale * scale);
        }

        Assert.Equal(Math.Sqrt(first.Sum(value => 100.0 * value * value)), together.GradientNorm, 1e-4 * together.GradientNorm);
    }

    [Fact]
    public void Run_AnotherOrderOfUtterances_IsTheSameStep()
    {
        var slow = Create(new FastUpdateOptions { Precision = ComputePrecision.Float32, LearningRate = 1e-4 });
        var waveforms = Waveforms(3);

        var forward = slow.Run(null, waveforms, default).State.Moments!.First.ToArray();
        var backward = slow.Run(null, [.. waveforms.Reverse()], default).State.Moments!.First.ToArray();

        var scale = forward.Max(MathF.Abs);
        Assert.All(forward.Zip(backward), pair => Assert.Equal(pair.First, pair.Second, 1e-5 * scale));
    }

    [Fact]
    public void Run_ManyTimes_LowersTheMeanLossAndLeavesNoTensorBehind()
    {
        var slow = Create(new FastUpdateOptions { Precision = ComputePrecision.Float32, LearningRate = 1e-4 });
        var waveforms = Waveforms(3);
        var result = slow.Run(null, waveforms, default);
        var (before, tensors) = (result.Losses.Average(), LiveTensors.Settle());

        for (var i = 0; i < 10; i++) result = slow.Run(result.State, waveforms, default);

        Assert.True(result.Losses.Average() < before - 0.01, $"{before} -> {result.Losses.Average()}");
        Assert.Equal(tensors, Tensor.TotalCount);
    }

    [Fact]
    public void Run_Cancelled_Throws()
    {
        Assert.Throws<OperationCanceledException>(() => Create(new FastUpdateOptions { Precision = ComputePrecision.Float32 }).Run(null, Waveforms(2), new CancellationToken(true)));
    }

    [Fact]
    public void Run_NothingOrAnotherLayout_IsRefused()
    {
        var slow = Create(new FastUpdateOptions { Precision = ComputePrecision.Float32 });
        var foreign = new AdaptationState(AdaptableParameters.Source(_model, ParameterSet.Parse("bias")));

        Assert.Throws<ArgumentException>(() => slow.Run(null, [], default));
        Assert.Throws<ArgumentException>(() => slow.Run(foreign, Waveforms(1), default));
    }

    [Fact]
    public void UtteranceLoss_AnyParameters_IsTheFastUpdatesLoss()
    {
        var options = new FastUpdateOptions { Precision = ComputePrecision.Float32 };
        using var acoustic = new OnnxAcousticModel(_model, ParameterSet.Suta);
        var fast = new FastUpdate(_network, _model, options, TimeProvider.System, acoustic.Source);
        var loss = new UtteranceLoss(acoustic, fast.Objective);
        var state = new AdaptationState(TestModels.Perturb(acoustic.Source!, seed: 3));

        foreach (var waveform in Waveforms(2))
        {
            Assert.Equal(fast.Run(null, waveform, null, 0, null, default)!.LossAfter, loss.Of(null, waveform, default), 1e-5);
            Assert.Equal(fast.Run(state, waveform, null, 0, null, default)!.LossAfter, loss.Of(state.Parameters, waveform, default), 1e-5);
        }
    }

    public void Dispose()
    {
        _network.Dispose();
        _model.Dispose();
    }

    private static ReadOnlyMemory<float>[] Waveforms(int count) => [.. Enumerable.Range(1, count).Select(i => TestModels.Waveform(6_000 + (1_700 * i), seed: i))];

    private SlowUpdate Create(FastUpdateOptions options) =>
        new(_network, _model, options, AdaptableParameters.Source(_model, ParameterSet.Parse(options.Parameters)));
}
