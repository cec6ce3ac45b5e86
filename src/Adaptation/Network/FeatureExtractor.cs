using Attune.Recognition.Models;
using static TorchSharp.torch;

namespace Attune.Adaptation.Network;

/// <summary>The convolutions that turn samples into frames.</summary>
/// <remarks>Immutable and thread-safe.</remarks>
internal sealed class FeatureExtractor(ModelConfig config, ModelLayout layout)
{
    /// <summary>Epsilon of its norms; not configurable in the original.</summary>
    private const double Eps = 1e-5;

    /// <summary>Features of a batch, shape (N, T', C).</summary>
    public Tensor Forward(Weights weights, WaveformBatch batch) =>
        config.FeatureNorm == FeatureNorm.Layer ? Products(weights, batch) : Convolutions(weights, batch);

    /// <summary>Channels before frames, for a norm over time.</summary>
    private Tensor Convolutions(Weights weights, WaveformBatch batch)
    {
        var x = batch.Samples.unsqueeze(1); // (N, 1, S)
        var counts = batch.SampleCounts.ToArray();
        for (var i = 0; i < config.ConvDims.Count; i++)
        {
            var name = layout.FeatureConvolution(i);
            // The first convolution, which sees the waveform, keeps float32. Training keeps it in all of them.
            var rounded = i > 0 && weights.IsRounded;
            x = Weights.Conv(
                rounded ? weights.Cast(x) : x, rounded ? weights.Factor(name + ".weight") : weights[name + ".weight"], Bias(weights, name, rounded), config.ConvStrides[i]); // (N, C, frames)
            for (var row = 0; row < counts.Length; row++) counts[row] = ((counts[row] - config.ConvKernels[i]) / config.ConvStrides[i]) + 1;
            if (i == 0) x = GroupNorm(weights, x, layout.FeatureNormalization(i), new FrameMask(counts, x.shape[2]));
            x = Activations.Apply(x, config.FeatureActivation);
        }

        return x.transpose(1, 2);
    }

    /// <summary>
    /// Frames before channels, for norms over channels: each convolution is one matrix product over windows. No transposing around the norms,
    /// and bfloat16 products in training where the processor has them.
    /// </summary>
    private Tensor Products(Weights weights, WaveformBatch batch)
    {
        var x = batch.Samples; // (N, S), then (N, frames, C)
        for (var i = 0; i < config.ConvDims.Count; i++)
        {
            var name = layout.FeatureConvolution(i);
            var (kernel, stride) = (config.ConvKernels[i], config.ConvStrides[i]);
            var windows = i == 0 ? x.unfold(1, kernel, stride) : Windows(x, kernel, stride); // (N, frames, kernel C)
            // Training keeps float32 in the first convolution, which sees the waveform.
            var rounded = i > 0 || weights.IsRounded;
            var weight = (rounded ? weights.Factor(name + ".weight") : weights[name + ".weight"]).transpose(-1, -2).flatten(-2); // (C', kernel C), or with a leading N
            x = Weights.Affine(rounded ? weights.Cast(windows) : windows, weight, Bias(weights, name, rounded));
            x = weights.LayerNorm(weights.IsRounded ? x.to(ScalarType.Float32) : x, layout.FeatureNormalization(i), Eps);
            x = Activations.Apply(x, config.FeatureActivation);
            if (weights.IsRounded && i < config.ConvDims.Count - 1) x = weights.Cast(x); // before windows make more of it
        }

        return x;
    }

    private Tensor? Bias(Weights weights, string name, bool rounded)
    {
        if (!config.ConvBias) return null;
        return rounded ? weights.Factor(name + ".bias") : weights[name + ".bias"];
    }

    /// <summary>Each window's frames side by side. Joined slices are twice as fast as unfolding, backward above all.</summary>
    private static Tensor Windows(Tensor x, int kernel, int stride)
    {
        var frames = ((x.shape[1] - kernel) / stride) + 1;
        return cat([.. Enumerable.Range(0, kernel).Select(tap => x.slice(1, tap, tap + (stride * (frames - 1)) + 1, stride))], -1);
    }

    /// <summary>Normalises each channel over the real frames of its utterance.</summary>
    private Tensor GroupNorm(Weights weights, Tensor x, string name, FrameMask mask)
    {
        var (weight, bias) = (weights[name + ".weight"], weights[name + ".bias"]); // (C) or (N, C)
        if (mask.Valid is null && weight.dim() == 1 && bias.dim() == 1)
            return nn.functional.group_norm(x, config.ConvDims[0], weight, bias, Eps);

        var valid = mask.Valid is null ? ones_like(x) : mask.Valid.unsqueeze(1).to(x.dtype); // (N, 1, frames)
        var count = valid.sum(-1, keepdim: true);
        var mean = (x * valid).sum(-1, keepdim: true) / count;
        var centred = x.Minus(mean) * valid;
        var variance = centred.Squared().sum(-1, keepdim: true) / count;
        return (centred * variance.Plus(Eps).rsqrt() * weight.unsqueeze(-1)).Plus(bias.unsqueeze(-1));
    }
}
