using Attune.Adaptation.Fast;
using Attune.Adaptation.Network;
using Attune.Adaptation.Objectives;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Models;
using static TorchSharp.torch;

namespace Attune.Adaptation.Tests.Network;

public sealed class ParameterTensorsTests
{
    private static readonly ParameterLayout Layout = new(
    [
        new ModelParameter("kernel", [1, 3, 2], ModelPart.FeatureExtractor),
        new ModelParameter("norm", [2], ModelPart.TransformerLayer, Layer: 0),
    ]);

    public ParameterTensorsTests() => TorchRuntime.EnsureLoaded();

    [Fact]
    public void Buffer_TapsFirst_HasTheFirstTapOfEveryChannelThenTheSecond()
    {
        using var scope = NewDisposeScope();
        using var parameters = new ParameterTensors(Parameters(1, 2, 3, 4, 5, 6, 7, 8), kernelTapsFirst: true);

        Assert.Equal([1f, 3f, 5f, 2f, 4f, 6f, 7f, 8f], parameters.Buffer.data<float>().ToArray());
        Assert.Equal([1L, 3L, 2L], parameters.Find("kernel")!.shape);
        Assert.Equal([1f, 2f, 3f, 4f, 5f, 6f], parameters.Find("kernel")!.contiguous().data<float>().ToArray());
        Assert.Equal([1f, 2f, 3f, 4f, 5f, 6f, 7f, 8f], parameters.ToParameters(0).Values.ToArray());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Use_ASecondRow_IsHandedOutInTheLayoutsOrder(bool tapsFirst)
    {
        using var parameters = new ParameterTensors([Parameters(1, 2, 3, 4, 5, 6, 7, 8), Parameters(11, 12, 13, 14, 15, 16, 17, 18)], tapsFirst);

        Assert.Equal([11f, 12f, 13f, 14f, 15f, 16f, 17f, 18f], parameters.Use(1, values => values.Values.ToArray()));
    }

    [Theory]
    [InlineData("tiny-layer", 1)]
    [InlineData("tiny-layer", 2)]
    [InlineData("tiny-post-layer", 1)]
    [InlineData("tiny-group", 1)]
    public void Steps_FromMoments_AreTheSameInEitherOrder(string name, int rows)
    {
        using var model = TestModels.Open(name, out var cleanUp);
        using var network = new Wav2Vec2Network(model);
        using var batch = new WaveformBatch([.. Enumerable.Range(0, rows).Select(row => TestModels.Waveform(8_000, seed: row))]);
        var source = AdaptableParameters.Source(model, ParameterSet.Suta);

        var expected = Run(tapsFirst: false);
        var actual = Run(tapsFirst: true);

        Assert.Equal(name != "tiny-group", network.KernelTapsFirst);
        for (var row = 0; row < rows; row++)
        {
            Assert.Equal(expected[row].Parameters, actual[row].Parameters, (a, b) => Math.Abs(a - b) <= 1e-6);
            Assert.Equal(expected[row].First, actual[row].First, (a, b) => Math.Abs(a - b) <= 1e-5 * expected[row].First.Max(Math.Abs));
        }

        cleanUp?.Dispose();

        (float[] Parameters, float[] First)[] Run(bool tapsFirst)
        {
            float[] first = [.. source.Values.ToArray().Select((value, i) => value + (0.001f * (i % 7)))];
            float[] second = [.. source.Values.ToArray().Select(value => 1 + Math.Abs(value))];
            var start = new OptimizerMoments(first, second, 3);
            using var scope = NewDisposeScope();
            using var parameters = new ParameterTensors([.. Enumerable.Repeat(source, rows)], tapsFirst);
            using var optimizer = new AdamW(parameters, 1e-3, repeatUpdatesPerEnclosingModule: false, start);
            for (var step = 0; step < 2; step++)
            {
                var loss = new SutaObjective(model.Config.BlankId).Evaluate(network.Forward(parameters, batch), network.FrameCounts(batch)).Loss.sum();
                optimizer.Step(parameters, parameters.Gradients(loss));
            }

            return [.. Enumerable.Range(0, rows).Select(row => (parameters.ToParameters(row).Values.ToArray(), optimizer.ToMoments(row)!.First.ToArray()))];
        }
    }

    [Fact]
    public void TensorMemory_OfHalves_IsRefused()
    {
        using var tensor = zeros(4, dtype: ScalarType.Float16);

        Assert.Contains("float32", Assert.Throws<ArgumentException>(() => new TensorMemory(tensor)).Message, StringComparison.Ordinal);
    }

    private static AdaptableParameters Parameters(params float[] values) => new(Layout, values);
}
