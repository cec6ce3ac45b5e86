using Attune.Adaptation.Network;
using Attune.Adaptation.Objectives;
using Attune.Recognition.Acoustic;
using static TorchSharp.torch;

namespace Attune.Adaptation.Tests.Network;

public sealed class TrainingPassTests
{
    [Theory]
    [MemberData(nameof(TestModels.Names), MemberType = typeof(TestModels))]
    public void Forward_Float32Training_IsEvaluation(string name)
    {
        using var model = TestModels.Open(name, out var cleanUp);
        using var network = new Wav2Vec2Network(model);
        using var parameters = new ParameterTensors(AdaptableParameters.Source(model, ParameterSet.Parse("all")));
        using var batch = new WaveformBatch([TestModels.Waveform(12_000, 1), TestModels.Waveform(7_000, 2)]);
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();

        var expected = network.Forward(parameters, batch);
        var trained = network.Forward(parameters, batch, new TrainingPass());

        Assert.InRange((expected - trained).abs().max().item<float>(), 0, 2e-4);
        cleanUp?.Dispose();
    }

    [Theory]
    [InlineData("tiny-layer", "all")]
    [InlineData("tiny-group", "all")]
    [InlineData("tiny-layer", "lora")]
    public void Gradients_Ctc_AreTheSlopeOfTheLoss(string name, string set)
    {
        using var model = TestModels.Open(name, out _);
        using var network = new Wav2Vec2Network(model);
        var objective = new CtcObjective(model.Config.BlankId, labelSmoothing: 0.1);
        using var parameters = new ParameterTensors(TestModels.Perturb(AdaptableParameters.Source(model, ParameterSet.Parse(set)), seed: 3));
        using var batch = new WaveformBatch([TestModels.Waveform(8_000, 2), TestModels.Waveform(6_000, 3)]);

        FiniteDifferences.AssertSlopes(
            parameters,
            () => objective.Evaluate(network.Forward(parameters, batch, new TrainingPass()), network.FrameCounts(batch), [[5, 6, 6], [7, 8]]),
            tolerance: 0.03,
            leastShare: 0.9);
    }

    [Fact]
    public void Gradients_BFloat16_PointWhereFloat32Points()
    {
        using var model = TestModels.Open("spoken-numbers-en", out _);
        using var network = new Wav2Vec2Network(model);
        var objective = new CtcObjective(model.Config.BlankId);
        using var parameters = new ParameterTensors(AdaptableParameters.Source(model, ParameterSet.Parse("all")));
        using var batch = new WaveformBatch([TestModels.Waveform(16_000, 2), TestModels.Waveform(12_000, 3)]);
        using var scope = NewDisposeScope();

        var exact = Gradients(ScalarType.Float32);
        var rounded = Gradients(ScalarType.BFloat16);

        Assert.InRange(((exact * rounded).sum() / (exact.norm() * rounded.norm())).item<float>(), 0.98, 1.01);
        Tensor Gradients(ScalarType type) => parameters.Gradients(objective.Evaluate(
            network.Forward(parameters, batch, new TrainingPass { ComputeType = type }), network.FrameCounts(batch), [[5, 6, 6], [7, 8]]));
    }
}
