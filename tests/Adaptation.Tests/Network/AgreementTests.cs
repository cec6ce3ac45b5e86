using Attune.Adaptation.Fast;
using Attune.Adaptation.Network;
using Attune.Recognition.Acoustic;
using static TorchSharp.torch;

namespace Attune.Adaptation.Tests.Network;

/// <summary>ONNX Runtime and TorchSharp compute the same function.</summary>
public sealed class AgreementTests
{
    private const double Tolerance = 1e-4;

    /// <summary>Lengths of a padded batch, in samples.</summary>
    private static readonly int[] Lengths = [16_000, 9_217, 12_345, 4_001];

    public static TheoryData<string> Models => TestModels.Names;

    public static TheoryData<string, string> ModelsAndSets => new(
        from model in new[] { "tiny-group", "tiny-layer", "tiny-hubert", "tiny-post-layer" }
        from set in new[] { "suta", "layer-norm", "top-2", "bias", "lora", "all" }
        select (model, set))
    {
        { "spoken-numbers-en", "suta" },
    };

    [Theory]
    [MemberData(nameof(Models))]
    public void Forward_EachUtteranceAlone_AgreesWithOnnx(string name)
    {
        using var model = TestModels.Open(name, out var cleanUp);
        using var network = new Wav2Vec2Network(model);
        using var acoustic = new OnnxAcousticModel(model);
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();

        foreach (var length in Lengths)
        {
            var waveform = TestModels.Waveform(length, seed: length);
            using var batch = new WaveformBatch([waveform]);

            AssertRow(acoustic.Run(waveform, null, CancellationToken.None), network.Forward(null, batch), row: 0);
        }

        cleanUp?.Dispose();
    }

    [Theory]
    [MemberData(nameof(ModelsAndSets))]
    public void Forward_PaddedBatchWithParametersOfEachRow_AgreesWithOnnxRowByRow(string name, string set)
    {
        using var model = TestModels.Open(name, out var cleanUp);
        using var network = new Wav2Vec2Network(model);
        using var acoustic = new OnnxAcousticModel(model, ParameterSet.Parse(set));
        var waveforms = Lengths.Select(length => TestModels.Waveform(length, seed: length)).ToArray();
        var rows = Lengths.Select(length => TestModels.Perturb(acoustic.Source!, seed: length)).ToArray();
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        using var batch = new WaveformBatch(waveforms);
        using var parameters = new ParameterTensors(rows);

        var logits = network.Forward(parameters, batch);

        for (var row = 0; row < Lengths.Length; row++) AssertRow(acoustic.Run(waveforms[row], rows[row], CancellationToken.None), logits, row);
        cleanUp?.Dispose();
    }

    [Fact]
    public void Forward_PaddedBatchWithSharedParameters_AgreesWithOnnxRowByRow()
    {
        using var model = TestModels.Open("tiny-group", out _);
        using var network = new Wav2Vec2Network(model);
        using var acoustic = new OnnxAcousticModel(model, ParameterSet.Suta);
        var waveforms = Lengths.Select(length => TestModels.Waveform(length, seed: length)).ToArray();
        var shared = TestModels.Perturb(acoustic.Source!, seed: 1);
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        using var batch = new WaveformBatch(waveforms);
        using var parameters = new ParameterTensors(shared);

        var logits = network.Forward(parameters, batch);

        for (var row = 0; row < Lengths.Length; row++) AssertRow(acoustic.Run(waveforms[row], shared, CancellationToken.None), logits, row);
    }

    [Fact]
    public void Forward_ParametersForAnotherNumberOfRows_SaysBothNumbers()
    {
        using var model = TestModels.Open("tiny-group", out _);
        using var network = new Wav2Vec2Network(model);
        var source = AdaptableParameters.Source(model, ParameterSet.Suta);
        using var parameters = new ParameterTensors([source, source]);
        using var batch = new WaveformBatch([TestModels.Waveform(4_000, 1), TestModels.Waveform(4_000, 2), TestModels.Waveform(4_000, 3)]);

        var exception = Assert.Throws<ArgumentException>(() => network.Forward(parameters, batch));

        Assert.Contains("3 utterances, the parameters are for 2", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Prefix_EveryNumberOfTopLayers_IsWhatTheGraphHandsOver(string name)
    {
        using var model = TestModels.Open(name, out var cleanUp);
        using var network = new Wav2Vec2Network(model);
        var waveform = TestModels.Waveform(12_345, seed: 5);
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        using var batch = new WaveformBatch([waveform]);
        var whole = network.Forward(null, batch);

        for (var topLayers = 1; topLayers <= model.Config.LayerCount; topLayers++)
        {
            using var acoustic = new OnnxAcousticModel(model, topLayers: topLayers);
            var (_, hidden) = acoustic.RunWithHidden(waveform, null, CancellationToken.None);
            var prefix = network.Prefix(null, batch, topLayers);
            var suffix = network.Suffix(null, prefix, network.FrameCounts(batch), topLayers);

            var handedOver = tensor(hidden.Values.ToArray(), [1, hidden.FrameCount, hidden.HiddenSize]);
            Assert.InRange((prefix - handedOver).abs().max().item<float>(), 0, Tolerance);
            Assert.InRange((suffix - whole).abs().max().item<float>(), 0, 1e-6);
        }

        cleanUp?.Dispose();
    }

    [Theory]
    [InlineData("tiny-group")]
    [InlineData("tiny-layer")]
    public void Run_HiddenStatesFromTheGraph_AdaptsAsFromTheNetwork(string name)
    {
        using var model = TestModels.Open(name, out _);
        using var network = new Wav2Vec2Network(model);
        using var acoustic = new OnnxAcousticModel(model, topLayers: 2);
        var update = new FastUpdate(network, model, new FastUpdateOptions { Parameters = "top-2", LearningRate = 1e-3 }, TimeProvider.System);
        var waveform = TestModels.Waveform(16_000, seed: 1);
        var (_, hidden) = acoustic.RunWithHidden(waveform, null, CancellationToken.None);

        var handedOver = update.Run(waveform, hidden, steps: 5, budget: null, CancellationToken.None)!;
        var computed = update.Run(waveform, hidden: null, steps: 5, budget: null, CancellationToken.None)!;

        Assert.Equal(computed.LossAfter, handedOver.LossAfter, 1e-5);
        Assert.True(handedOver.LossAfter < handedOver.Steps[0].Loss);
    }

    private static void AssertRow(Logits expected, Tensor logits, int row)
    {
        var actual = logits[row].narrow(0, 0, expected.FrameCount).contiguous().data<float>().ToArray();
        var largest = 0.0;
        for (var i = 0; i < actual.Length; i++) largest = Math.Max(largest, Math.Abs(actual[i] - expected.Values[i]));
        Assert.True(largest <= Tolerance, $"Row {row}: the largest difference is {largest:e2}; at most {Tolerance:e0} is allowed.");
    }
}
