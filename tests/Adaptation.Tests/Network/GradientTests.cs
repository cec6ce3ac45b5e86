using Attune.Adaptation.Network;
using Attune.Adaptation.Objectives;
using Attune.Recognition.Acoustic;
using static TorchSharp.torch;

namespace Attune.Adaptation.Tests.Network;

/// <summary>Gradients against central finite differences of the loss.</summary>
public sealed class GradientTests
{
    public static TheoryData<string, string> ModelsAndSets => new(
        from model in new[] { "tiny-group", "tiny-layer", "tiny-hubert", "tiny-post-layer" }
        from set in new[] { "suta", "all", "lora" }
        select (model, set));

    /// <summary>
    /// Along the gradient restricted to one parameter, the loss changes by that restriction's norm. Half a step to either side, chosen so
    /// that float32 resolves the difference and curvature does not show.
    /// </summary>
    [Theory]
    [MemberData(nameof(ModelsAndSets))]
    public void Gradients_OfEachParameter_AreTheSlopeOfTheLoss(string name, string set)
    {
        using var model = TestModels.Open(name, out var cleanUp);
        using var network = new Wav2Vec2Network(model);
        var objective = new SutaObjective(model.Config.BlankId);
        var source = TestModels.Perturb(AdaptableParameters.Source(model, ParameterSet.Parse(set)), seed: 11);
        using var scope = NewDisposeScope();
        using var parameters = new ParameterTensors(source);
        using var batch = new WaveformBatch([TestModels.Waveform(8_000, seed: 2)]);
        var gradients = parameters.Gradients(Loss());

        using var noGradients = no_grad();
        var checkedNorm = 0.0;
        foreach (var slice in parameters.Layout.Slices)
        {
            var gradient = gradients.narrow(1, slice.Offset, slice.Length);
            var norm = gradient.norm().item<float>();
            if (norm < 0.02) continue; // too flat for float32 to resolve

            var values = parameters.Buffer.narrow(1, slice.Offset, slice.Length);
            var original = values.clone();
            var step = gradient * (2e-3 / (norm * Math.Max(1, norm)));
            values.copy_(original + step);
            var above = Loss().item<float>();
            values.copy_(original - step);
            var below = Loss().item<float>();
            values.copy_(original);

            var slope = (above - below) / (2 * step.norm().item<float>());
            Assert.True(Math.Abs(slope - norm) < 0.02 * norm, $"{slice.Parameter.Name}: gradient {norm}, slope {slope}.");
            checkedNorm += norm * norm;
        }

        Assert.True(checkedNorm > 0.9 * gradients.square().sum().item<float>(), "Too little of the gradient was large enough to check.");
        cleanUp?.Dispose();

        Tensor Loss() => objective.Evaluate(network.Forward(parameters, batch), network.FrameCounts(batch)).Loss.sum();
    }

    [Theory]
    [InlineData("tiny-group", "suta")]
    [InlineData("tiny-layer", "suta")]
    [InlineData("tiny-group", "all")]
    public void Gradients_OfAPaddedBatch_AreThoseOfItsUtterances(string name, string set)
    {
        using var model = TestModels.Open(name, out _);
        using var network = new Wav2Vec2Network(model);
        var objective = new SutaObjective(model.Config.BlankId);
        var source = AdaptableParameters.Source(model, ParameterSet.Parse(set));
        var rows = Enumerable.Range(0, 3).Select(seed => TestModels.Perturb(source, seed)).ToArray();
        var waveforms = new[] { 12_000, 5_000, 8_765 }.Select(length => TestModels.Waveform(length, length)).ToArray();
        using var scope = NewDisposeScope();

        var together = Gradients(rows, waveforms);

        for (var row = 0; row < rows.Length; row++)
        {
            var alone = Gradients([rows[row]], [waveforms[row]]);
            var difference = (together.narrow(0, row, 1) - alone).norm() / alone.norm();
            Assert.InRange(difference.item<float>(), 0, 1e-4);
        }

        Tensor Gradients(AdaptableParameters[] parameterRows, ReadOnlyMemory<float>[] waveformRows)
        {
            using var parameters = new ParameterTensors(parameterRows);
            using var batch = new WaveformBatch(waveformRows);
            return parameters.Gradients(objective.Evaluate(network.Forward(parameters, batch), network.FrameCounts(batch)).Loss.sum());
        }
    }
}
