using System.Runtime.InteropServices;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Models;
using static TorchSharp.torch;

namespace Attune.Adaptation.Network;

/// <summary>
/// A wav2vec 2.0 or HuBERT CTC model as a function of frozen weights, adaptable parameters and waveforms: the trainable twin of the
/// ONNX graph.
/// </summary>
/// <remarks>
/// <para>Adaptable parameters are arguments, never state, so that any number of requests compute at the same time over one copy
/// of the frozen weights. Each row of a batch may have its own, or all share one. A padded batch gives what its utterances give alone: padding takes no part
/// in GroupNorm, positional convolution and attention.</para>
/// <para>Evaluation mode unless a <see cref="TrainingPass"/> is given: no dropout, no masking, every tensor float32. An evaluation may multiply in bfloat16: linear layers,
/// attention and convolutions, but for the first one of models with GroupNorm, with copies of the frozen weights that are made when they are first used. Parameters, norms, what the layers add up to,
/// the output layer and logits stay float32. Thread-safe; the owner disposes it after the last call.</para>
/// </remarks>
public sealed class Wav2Vec2Network : IDisposable
{
    private static readonly string[] AttentionInputs = ["attention.q_proj", "attention.k_proj", "attention.v_proj"];

    private readonly ModelConfig _config;
    private readonly ModelLayout _layout;
    private readonly Dictionary<string, Tensor> _frozen = new(StringComparer.Ordinal);
    private readonly FeatureExtractor _features;
    private readonly RoundedWeights _rounded = new();

    /// <summary>Of each layer, the weights and biases of query, key and value below each other: (3 D, D) and (3 D).</summary>
    private readonly List<(Tensor Weight, Tensor Bias)> _attention = [];

    /// <summary>Copies a model's weights into tensors.</summary>
    public Wav2Vec2Network(Model model)
    {
        TorchRuntime.EnsureLoaded();
        _config = model.Config;
        _layout = model.Layout;
        using var noGradients = no_grad();
        using var scope = NewDisposeScope();
        foreach (var parameter in _layout.Parameters)
        {
            var values = empty([.. parameter.Shape], dtype: ScalarType.Float32);
            model.Weights.ReadFloats(parameter.Name, MemoryMarshal.Cast<byte, float>(values.bytes));
            _frozen.Add(parameter.Name, values.to(TorchRuntime.Device).DetachFromDisposeScope());
        }

        for (var layer = 0; layer < _config.LayerCount; layer++) _attention.Add(JoinAttention(layer));
        FrozenPositionalWeight = PositionalWeight(_frozen[_layout.PositionalGain], _frozen[_layout.PositionalDirection]).DetachFromDisposeScope();
        _features = new FeatureExtractor(_config, _layout);
    }

    /// <summary>g v / |v| of the model itself; computed once, since it changes only in sets that contain g or v.</summary>
    private Tensor FrozenPositionalWeight { get; }

    /// <summary>
    /// libtorch threads that a step is fastest with where a machine has no more cores than it can use otherwise: 1 where layers are so small that handing out the
    /// work costs more than it saves, 2 otherwise.
    /// </summary>
    public static int PreferredThreads(ModelConfig config) => config.HiddenSize < 512 ? 1 : 2;

    /// <summary>Whether the feature extractor takes kernels with taps before input channels, because it multiplies windows.</summary>
    public bool KernelTapsFirst => _config.FeatureNorm == FeatureNorm.Layer;

    /// <summary>Memory of the copies in bfloat16, which are there once a pass has multiplied in it.</summary>
    public long RoundedBytes => _rounded.SizeBytes;

    /// <summary>Logits of a batch.</summary>
    /// <param name="parameters">Values for every row, or one set for all of them; null for the model's own.</param>
    /// <param name="batch">Waveforms, each at least <see cref="ModelConfig.MinimumSamples"/> long.</param>
    /// <param name="training">How the pass differs from evaluation; null for evaluation.</param>
    /// <param name="rounded">Whether an evaluation multiplies in bfloat16; training says so itself. Default false.</param>
    /// <returns>
    /// Float32, shape (N, T', V); rows shorter than the longest end in meaningless frames. The caller's scope disposes.
    /// </returns>
    public Tensor Forward(ParameterTensors? parameters, WaveformBatch batch, TrainingPass? training = null, bool rounded = false)
    {
        Check(parameters, batch.SampleCounts.Count);
        var weights = new Weights(_frozen, parameters, training, rounded ? _rounded : null);
        return ToLogits(weights, ToHidden(weights, batch, _config.LayerCount), FrameCounts(batch), _config.LayerCount);
    }

    /// <summary>What enters the last <paramref name="topLayers"/> layers, as <see cref="HiddenStates"/> describes it.</summary>
    /// <returns>Shape (N, T', D). The caller's scope disposes.</returns>
    public Tensor Prefix(ParameterTensors? parameters, WaveformBatch batch, int topLayers)
    {
        Check(parameters, batch.SampleCounts.Count);
        return ToHidden(new Weights(_frozen, parameters), batch, topLayers);
    }

    private Tensor ToHidden(Weights weights, WaveformBatch batch, int topLayers)
    {
        var x = _features.Forward(weights, batch); // (N, T', C)
        var mask = new FrameMask(FrameCounts(batch), x.shape[1]);
        x = EncoderInput(weights, x, mask); // (N, T', D)
        var first = _config.LayerCount - topLayers;
        for (var layer = 0; layer < first; layer++)
        {
            var normFirst = _config.StableLayerNorm;
            x = normFirst ? StableLayer(weights, x, layer, mask) : AfterAttention(weights, x.Plus(Attention(weights, x, layer, mask)), layer);
        }

        // Where norms come last, the attention of the first layer above comes before any of its norms: see HiddenStates.
        return _config.StableLayerNorm || topLayers == 0 ? x : x.Plus(Attention(weights, x, first, mask));
    }

    /// <summary>The last <paramref name="topLayers"/> layers and the output layer, from what <see cref="Prefix"/> or the graph gave.</summary>
    /// <param name="parameters">Values for every row; null for the model's own.</param>
    /// <param name="hidden">Shape (N, T', D).</param>
    /// <param name="frameCounts">Real frames of each row.</param>
    /// <param name="topLayers">K, from 0 to the number of layers.</param>
    /// <param name="rounded">Whether it multiplies in bfloat16. Default false.</param>
    /// <returns>Logits, shape (N, T', V). The caller's scope disposes.</returns>
    public Tensor Suffix(ParameterTensors? parameters, Tensor hidden, IReadOnlyList<int> frameCounts, int topLayers, bool rounded = false)
    {
        Check(parameters, frameCounts.Count);
        return ToLogits(new Weights(_frozen, parameters, rounded: rounded ? _rounded : null), hidden, frameCounts, topLayers);
    }

    private Tensor ToLogits(Weights weights, Tensor hidden, IReadOnlyList<int> frameCounts, int topLayers)
    {
        var mask = new FrameMask(frameCounts, hidden.shape[1]);
        var first = _config.LayerCount - topLayers;
        var x = hidden;
        for (var layer = first; layer < _config.LayerCount; layer++)
        {
            if (_config.StableLayerNorm) x = StableLayer(weights, x, layer, mask);
            else x = AfterAttention(weights, layer == first ? x : x.Plus(Attention(weights, x, layer, mask)), layer);
        }

        if (_config.StableLayerNorm) x = weights.LayerNorm(x, _layout.EncoderNorm, _config.LayerNormEps);
        return Full(weights.IsRounded ? weights.FullLinear(x, _layout.Head) : weights.Linear(x, _layout.Head));
    }

    /// <summary>Real frames of each utterance of a batch.</summary>
    public int[] FrameCounts(WaveformBatch batch) => [.. batch.SampleCounts.Select(_config.FrameCount)];

    public void Dispose()
    {
        foreach (var values in _frozen.Values) values.Dispose();
        foreach (var (weight, bias) in _attention)
        {
            weight.Dispose();
            bias.Dispose();
        }

        FrozenPositionalWeight.Dispose();
        _rounded.Dispose();
    }

    private static Tensor Full(Tensor x) => x.dtype == ScalarType.Float32 ? x : x.to(ScalarType.Float32);

    private static void Check(ParameterTensors? parameters, int batchSize)
    {
        if (parameters is { IsBatched: true } && parameters.BatchSize != batchSize)
            throw new ArgumentException($"The batch has {batchSize} utterances, the parameters are for {parameters.BatchSize}.", nameof(parameters));
    }

    private Tensor EncoderInput(Weights weights, Tensor x, FrameMask mask)
    {
        if (_config.ProjectionLayerNorm) x = weights.LayerNorm(x, _layout.ProjectionNorm, _config.LayerNormEps);
        x = weights.Linear(x, _layout.Projection); // (N, T', D)
        if (weights.IsRounded) x = Full(x);
        if (weights.Training is { } training)
        {
            x = training.Drop(x);
            x = training.Mask is { } maskFeatures ? maskFeatures(x) : x;
        }

        x = mask.Zero(x); // an utterance alone is surrounded by zeros

        var gain = weights.Find(_layout.PositionalGain);
        var direction = weights.Find(_layout.PositionalDirection);
        var weight = gain is null && direction is null
            ? weights.Frozen(_layout.Positional, FrozenPositionalWeight)
            : weights.Cast(PositionalWeight(gain ?? weights[_layout.PositionalGain], direction ?? weights[_layout.PositionalDirection]));
        var position = Weights.Conv(
            weights.Cast(x.transpose(1, 2)), weight, weights.Factor(_layout.Positional + ".bias"), stride: 1, _config.PositionalKernel / 2, _config.PositionalGroups);
        if (_config.PositionalKernel % 2 == 0) position = position.narrow(2, 0, position.shape[2] - 1);
        x = x.Plus(Activations.Apply(position, _config.FeatureActivation).transpose(1, 2));
        return _config.StableLayerNorm ? x : weights.LayerNorm(x, _layout.EncoderNorm, _config.LayerNormEps);
    }

    /// <summary>g v / |v| with one norm for each tap of the kernel; g (..., 1, 1, k), v (..., D, D / groups, k).</summary>
    private static Tensor PositionalWeight(Tensor gain, Tensor direction) =>
        direction * (gain / direction.Squared().sum([-3L, -2L], keepdim: true).sqrt());

    private Tensor StableLayer(Weights weights, Tensor x, int layer, FrameMask mask)
    {
        x = x.Plus(Attention(weights, weights.LayerNorm(x, _layout.Layer(layer, "layer_norm"), _config.LayerNormEps), layer, mask));
        return x.Plus(FeedForward(weights, weights.LayerNorm(x, _layout.Layer(layer, "final_layer_norm"), _config.LayerNormEps), layer));
    }

    private Tensor AfterAttention(Weights weights, Tensor residual, int layer)
    {
        var x = weights.LayerNorm(residual, _layout.Layer(layer, "layer_norm"), _config.LayerNormEps);
        return weights.LayerNorm(x.Plus(FeedForward(weights, x, layer)), _layout.Layer(layer, "final_layer_norm"), _config.LayerNormEps);
    }

    private Tensor Attention(Weights weights, Tensor x, int layer, FrameMask mask)
    {
        var (batch, frames) = (x.shape[0], x.shape[1]);
        var (query, key, value) = Heads(weights, x, layer); // (N heads, T', D / heads)
        var scores = bmm(query, key.transpose(1, 2)); // (N heads, T', T')
        if (mask.Valid is { } valid)
            scores = scores.FilledWhere(valid.logical_not().repeat_interleave(_config.HeadCount, 0).unsqueeze(1), double.NegativeInfinity);

        var mixed = bmm(nn.functional.softmax(scores, -1), value).view(batch, _config.HeadCount, frames, _config.HeadSize);
        var y = weights.Linear(mixed.transpose(1, 2).reshape(batch, frames, _config.HiddenSize), _layout.Layer(layer, "attention.out_proj"));
        return weights.Training is { } training ? training.Drop(y) : y;
    }

    /// <summary>
    /// Query, divided by the root of a head's size, key and value, each of shape (N heads, T', D / heads): one product where all of them are frozen, three otherwise.
    /// </summary>
    private (Tensor Query, Tensor Key, Tensor Value) Heads(Weights weights, Tensor x, int layer)
    {
        var (batch, frames) = (x.shape[0], x.shape[1]);
        var scale = 1 / Math.Sqrt(_config.HeadSize);
        string[] names = [.. AttentionInputs.Select(module => _layout.Layer(layer, module))];
        if (!names.All(weights.IsFrozen))
        {
            Tensor Split(string name) =>
                weights.Linear(x, name).view(batch, frames, _config.HeadCount, _config.HeadSize).transpose(1, 2).reshape(-1, frames, _config.HeadSize);
            return (Split(names[0]).Times(scale), Split(names[1]), Split(names[2]));
        }

        var (weight, bias) = (weights.Frozen(names[0] + "+.weight", _attention[layer].Weight), weights.Frozen(names[0] + "+.bias", _attention[layer].Bias));
        var joined = nn.functional.linear(weights.Cast(x), weight, bias).view(batch, frames, 3, _config.HeadCount, _config.HeadSize);
        var parts = joined.permute(2, 0, 3, 1, 4).reshape(3, batch * _config.HeadCount, frames, _config.HeadSize).unbind(0);
        return (parts[0].Times(scale), parts[1], parts[2]);
    }

    /// <summary>Moves a layer's query, key and value into one tensor each for weights and biases; their own become views of it.</summary>
    private (Tensor Weight, Tensor Bias) JoinAttention(int layer) => (Join(layer, ".weight"), Join(layer, ".bias"));

    private Tensor Join(int layer, string kind)
    {
        string[] names = [.. AttentionInputs.Select(module => _layout.Layer(layer, module) + kind)];
        var joined = cat([.. names.Select(name => _frozen[name])]).DetachFromDisposeScope();
        for (var i = 0; i < names.Length; i++)
        {
            _frozen[names[i]].Dispose();
            _frozen[names[i]] = joined.narrow(0, (long)i * _config.HiddenSize, _config.HiddenSize).DetachFromDisposeScope();
        }

        return joined;
    }

    private Tensor FeedForward(Weights weights, Tensor x, int layer)
    {
        x = weights.Linear(x, _layout.Layer(layer, "feed_forward.intermediate_dense"));
        x = weights.Linear(Activations.Apply(x, _config.HiddenActivation), _layout.Layer(layer, "feed_forward.output_dense"));
        return weights.Training is { } training ? training.Drop(x) : x;
    }
}
