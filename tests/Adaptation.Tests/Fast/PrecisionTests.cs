using Attune.Adaptation.Fast;
using Attune.Adaptation.Network;
using Attune.Adaptation.Objectives;
using Attune.Recognition.Acoustic;
using static TorchSharp.torch;

namespace Attune.Adaptation.Tests.Fast;

/// <summary>Steps in bfloat16 go where steps in float32 go. Where the processor has no instruction for it libtorch computes the same, slowly.</summary>
public sealed class PrecisionTests
{
    public static TheoryData<string, string> ModelsAndSets => new(
        from model in new[] { "tiny-group", "tiny-layer", "tiny-post-layer", "spoken-numbers-en" }
        from set in new[] { "suta", "layer-norm", "top-1", "bias", "lora", "all" }
        select (model, set));

    [Theory]
    [MemberData(nameof(ModelsAndSets))]
    public void Forward_InBFloat16_LossAndGradientAreNearlyThoseOfFloat32(string name, string set)
    {
        using var model = TestModels.Open(name, out var cleanUp);
        using var network = new Wav2Vec2Network(model);
        using var parameters = new ParameterTensors(AdaptableParameters.Source(model, ParameterSet.Parse(set)));
        using var batch = new WaveformBatch([TestModels.Waveform(24_000, seed: 1)]);

        var (loss, gradient) = Evaluate(rounded: false);
        var (roundedLoss, rounded) = Evaluate(rounded: true);

        Assert.InRange(roundedLoss, loss - 0.01, loss + 0.01);
        Assert.InRange(Product(gradient, rounded) / (Norm(gradient) * Norm(rounded)), 0.995, 1);
        Assert.InRange(Norm(rounded) / Norm(gradient), 0.97, 1.03);
        cleanUp?.Dispose();

        (double Loss, float[] Gradient) Evaluate(bool rounded)
        {
            using var scope = NewDisposeScope();
            var value = new SutaObjective(model.Config.BlankId).Evaluate(network.Forward(parameters, batch, rounded: rounded), network.FrameCounts(batch)).Loss.sum();
            return (value.item<float>(), parameters.Gradients(value).data<float>().ToArray());
        }
    }

    [Theory]
    [InlineData("suta", 1e-4)]
    [InlineData("layer-norm", 1e-3)]
    [InlineData("bias", 1e-3)]
    public void Run_InBFloat16_EndsWhereFloat32Ends(string set, double rate)
    {
        using var model = TestModels.Open("spoken-numbers-en", out _);
        using var network = new Wav2Vec2Network(model);
        FastUpdateResult Run(ComputePrecision precision) => new FastUpdate(
            network, model, new FastUpdateOptions { Parameters = set, LearningRate = rate, Precision = precision }, TimeProvider.System)
            .Run(TestModels.Waveform(24_000, seed: 1), null, 5, null, CancellationToken.None)!;

        var full = Run(ComputePrecision.Float32);
        var rounded = Run(ComputePrecision.BFloat16);

        Assert.True(full.LossAfter < full.Steps[0].Loss);
        var gain = full.Steps[0].Loss - full.LossAfter;
        Assert.InRange(rounded.LossAfter, full.LossAfter - (0.1 * gain), full.LossAfter + (0.1 * gain));
    }

    [Theory]
    [InlineData(ComputePrecision.Float32)]
    [InlineData(ComputePrecision.BFloat16)]
    public void Run_NoSteps_FinalIsThatOfFloat32(ComputePrecision precision)
    {
        using var model = TestModels.Open("spoken-numbers-en", out _);
        using var network = new Wav2Vec2Network(model);
        var waveform = TestModels.Waveform(16_000, seed: 1);
        var update = new FastUpdate(network, model, new FastUpdateOptions { Precision = precision }, TimeProvider.System);
        update.Run(waveform, null, 1, null, CancellationToken.None); // copies are there, if any

        var result = update.Run(waveform, null, 0, null, CancellationToken.None)!;

        Assert.Equal(precision, update.Precision);
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        using var batch = new WaveformBatch([waveform]);
        Assert.Equal(network.Forward(null, batch).data<float>().ToArray(), result.Logits.Values.ToArray());
    }

    [Fact]
    public void Run_InBFloat16_EqualRunsAreEqualToTheBit()
    {
        using var model = TestModels.Open("spoken-numbers-en", out _);
        using var network = new Wav2Vec2Network(model);
        var update = new FastUpdate(network, model, new FastUpdateOptions { Precision = ComputePrecision.BFloat16 }, TimeProvider.System);
        FastUpdateResult Run() => update.Run(TestModels.Waveform(16_000, seed: 1), null, 3, null, CancellationToken.None)!;

        Assert.Equal(Run().Logits.Values.ToArray(), Run().Logits.Values.ToArray());
    }

    [Fact]
    public void RoundedBytes_TopLayersOnly_AreHalfOfWhatTheseMultiplyWith()
    {
        using var model = TestModels.Open("tiny-layer", out _);
        using var network = new Wav2Vec2Network(model);
        Assert.Equal(0, network.RoundedBytes);
        var update = new FastUpdate(network, model, new FastUpdateOptions { Parameters = "top-1", Precision = ComputePrecision.BFloat16 }, TimeProvider.System);

        update.Run(TestModels.Waveform(16_000, seed: 1), null, 1, null, CancellationToken.None);

        var last = $".layers.{model.Config.LayerCount - 1}.";
        var values = model.Layout.Parameters.Where(parameter => parameter.Name.Contains(last, StringComparison.Ordinal) && !parameter.IsLayerNorm).Sum(parameter => parameter.Length);
        // Where norms come last the attention below them belongs to the prefix.
        Assert.True(model.Config.StableLayerNorm);
        Assert.Equal(2 * values, network.RoundedBytes);
    }

    private static double Norm(float[] values) => Math.Sqrt(Product(values, values));

    private static double Product(float[] left, float[] right) => left.Zip(right, (a, b) => (double)a * b).Sum();
}
