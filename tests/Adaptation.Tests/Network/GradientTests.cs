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

    [Theory]
    [MemberData(nameof(ModelsAndSets))]
    public void Gradients_OfEachParameter_AreTheSlopeOfTheLoss(string name, string set)
    {
        using var model = TestModels.Open(name, out var cleanUp);
        using var network = new Wav2Vec2Network(model);
        var objective = new SutaObjective(model.Config.BlankId);
        using var parameters = new ParameterTensors(TestModels.Perturb(AdaptableParameters.Source(model, ParameterSet.Parse(set)), seed: 11));
        using var batch = new WaveformBatch([TestModels.Waveform(8_000, seed: 2)]);

        FiniteDifferences.AssertSlopes(
            parameters,
            () => objective.Evaluate(network.Forward(parameters, batch), network.FrameCounts(batch)).Loss.sum(),
            tolerance: 0.02,
            leastShare: 0.9);
        cleanUp?.Dispose();
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
