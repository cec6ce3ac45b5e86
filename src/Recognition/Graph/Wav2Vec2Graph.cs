using Attune.Recognition.Acoustic;
using Attune.Recognition.Models;

namespace Attune.Recognition.Graph;

/// <summary>Writes the ONNX graph of a wav2vec 2.0 or HuBERT CTC model from its configuration.</summary>
/// <remarks>
/// <para>wav2vec 2.0: Baevski et al. 2020, arXiv 2006.11477; HuBERT: Hsu et al. 2021, arXiv 2106.07447; read as Hugging Face's
/// implementation computes them in evaluation mode.</para>
/// <para>Frozen parameters stay in the safetensors file (external data). Adaptable parameters are graph inputs with the model's own
/// values as defaults, so that one session serves the model and every revision.</para>
/// <para>The batch is one utterance. Inside, activations are (T', D): frames by channels.</para>
/// </remarks>
internal sealed class Wav2Vec2Graph
{
    /// <summary>Input: the normalised waveform, shape (1, S).</summary>
    public const string Waveform = "waveform";

    /// <summary>Output: shape (T', V).</summary>
    public const string LogitsOutput = "logits";

    /// <summary>Epsilon of the feature extractor's norms; not configurable in the original.</summary>
    private const float FeatureNormEps = 1e-5f;

    private readonly GraphBuilder _graph = new();
    private readonly LayerBuilder _layers;
    private readonly ModelConfig _config;
    private readonly ModelLayout _layout;
    private readonly int _topLayers;

    private Wav2Vec2Graph(Model model, AdaptableParameters? adaptable, int topLayers)
    {
        _layers = new LayerBuilder(_graph, model.Weights, model.Layout.Parameters, adaptable);
        _config = model.Config;
        _layout = model.Layout;
        _topLayers = topLayers;
    }

    /// <summary>Output: what enters the last <paramref name="topLayers"/> layers, shape (T', D); see <see cref="HiddenStates"/>.</summary>
    public static string HiddenOutput(int topLayers) => $"hidden_below_top_{topLayers}";

    /// <summary>The serialised graph.</summary>
    /// <param name="model">Configuration and weights.</param>
    /// <param name="adaptable">Parameters that become inputs, with their default values; null for none.</param>
    /// <param name="topLayers">K above 0: also output the hidden states below the last K layers.</param>
    public static byte[] Write(Model model, AdaptableParameters? adaptable = null, int topLayers = 0) =>
        new Wav2Vec2Graph(model, adaptable, topLayers).Write();

    private byte[] Write()
    {
        _graph.Input(Waveform, 1, "S");
        var x = EncoderInput(Projection(FeatureExtractor()));
        for (var layer = 0; layer < _config.LayerCount; layer++)
        {
            var keep = layer == _config.LayerCount - _topLayers;
            x = _config.StableLayerNorm ? StableLayer(x, layer, keep) : Layer(x, layer, keep);
        }

        if (_config.StableLayerNorm) x = LayerNorm(x, _layout.EncoderNorm);
        _graph.Output(_layers.Linear(x, _layout.Head), LogitsOutput, "T", _config.VocabularySize);
        return _graph.Build();
    }

    private string FeatureExtractor()
    {
        var x = _graph.Node("Unsqueeze", [Waveform, _graph.Integers(1)]); // (1, 1, S)
        for (var i = 0; i < _config.ConvDims.Count; i++)
        {
            var name = _layout.FeatureConvolution(i);
            string[] inputs = _config.ConvBias ? [x, _layers.Value(name + ".weight"), _layers.Value(name + ".bias")] : [x, _layers.Value(name + ".weight")];
            x = _graph.Node(
                "Conv",
                inputs,
                ("kernel_shape", new long[] { _config.ConvKernels[i] }),
                ("strides", new long[] { _config.ConvStrides[i] })); // (1, C, frames)
            x = _layers.Activate(FeatureNorm(x, i), _config.FeatureActivation);
        }

        return _layers.Transpose(_graph.Node("Squeeze", [x, _graph.Integers(0)]), 1, 0); // (T', C)
    }

    private string FeatureNorm(string x, int index)
    {
        var name = _layout.FeatureNormalization(index);
        if (_config.FeatureNorm == Models.FeatureNorm.Layer)
        {
            var normalized = LayerNorm(_layers.Transpose(x, 0, 2, 1), name, FeatureNormEps);
            return _layers.Transpose(normalized, 0, 2, 1);
        }

        // One group per channel is normalisation over time.
        return index > 0
            ? x
            : _graph.Node("InstanceNormalization", [x, _layers.Value(name + ".weight"), _layers.Value(name + ".bias")], ("epsilon", FeatureNormEps));
    }

    private string Projection(string x)
    {
        if (_config.ProjectionLayerNorm) x = LayerNorm(x, _layout.ProjectionNorm);
        return _layers.Linear(x, _layout.Projection); // (T', D)
    }

    private string EncoderInput(string x)
    {
        var x3 = _graph.Node("Unsqueeze", [_layers.Transpose(x, 1, 0), _graph.Integers(0)]); // (1, D, T')
        var padding = _config.PositionalKernel / 2;
        var position = _graph.Node(
            "Conv",
            [x3, PositionalWeight(), _layers.Value(_layout.Positional + ".bias")],
            ("kernel_shape", new long[] { _config.PositionalKernel }),
            ("pads", new long[] { padding, padding }),
            ("group", (long)_config.PositionalGroups)); // (1, D, T') or, for an even kernel, one frame more
        if (_config.PositionalKernel % 2 == 0)
            position = _graph.Node("Slice", [position, _graph.Integers(0), _graph.Integers(-1), _graph.Integers(2)]);

        position = _layers.Activate(position, _config.FeatureActivation);
        x = _layers.Add(x, _layers.Transpose(_graph.Node("Squeeze", [position, _graph.Integers(0)]), 1, 0)); // (T', D)
        return _config.StableLayerNorm ? x : LayerNorm(x, _layout.EncoderNorm);
    }

    /// <summary>g v / |v|, with one norm for each tap of the kernel.</summary>
    private string PositionalWeight()
    {
        var direction = _layers.Value(_layout.PositionalDirection); // (D, D / groups, kernel)
        var norm = _graph.Node("ReduceL2", [direction, _graph.Integers(0, 1)], ("keepdims", 1L)); // (1, 1, kernel)
        return _graph.Node("Mul", [direction, _graph.Node("Div", [_layers.Value(_layout.PositionalGain), norm])]);
    }

    private string Layer(string x, int layer, bool keepHidden)
    {
        var residual = _layers.Add(x, Attention(x, layer));
        if (keepHidden) KeepHidden(residual);
        x = LayerNorm(residual, _layout.Layer(layer, "layer_norm"));
        return LayerNorm(_layers.Add(x, FeedForward(x, layer)), _layout.Layer(layer, "final_layer_norm"));
    }

    private string StableLayer(string x, int layer, bool keepHidden)
    {
        if (keepHidden) KeepHidden(x);
        x = _layers.Add(x, Attention(LayerNorm(x, _layout.Layer(layer, "layer_norm")), layer));
        return _layers.Add(x, FeedForward(LayerNorm(x, _layout.Layer(layer, "final_layer_norm")), layer));
    }

    private void KeepHidden(string x) => _graph.Output(x, HiddenOutput(_topLayers), "T", _config.HiddenSize);

    private string Attention(string x, int layer)
    {
        var heads = _graph.Integers(-1, _config.HeadCount, _config.HeadSize);
        string Heads(string module, params long[] order) =>
            _layers.Transpose(_graph.Node("Reshape", [_layers.Linear(x, _layout.Layer(layer, "attention." + module)), heads]), order);

        var query = _graph.Node("Mul", [Heads("q_proj", 1, 0, 2), _graph.Scalar(1 / MathF.Sqrt(_config.HeadSize))]); // (heads, T', D / heads)
        var scores = _graph.Node("MatMul", [query, Heads("k_proj", 1, 2, 0)]); // (heads, T', T')
        var weights = _graph.Node("Softmax", [scores], ("axis", -1L));
        var mixed = _layers.Transpose(_graph.Node("MatMul", [weights, Heads("v_proj", 1, 0, 2)]), 1, 0, 2); // (T', heads, D / heads)
        return _layers.Linear(
            _graph.Node("Reshape", [mixed, _graph.Integers(-1, _config.HiddenSize)]),
            _layout.Layer(layer, "attention.out_proj"));
    }

    private string FeedForward(string x, int layer)
    {
        x = _layers.Linear(x, _layout.Layer(layer, "feed_forward.intermediate_dense"));
        return _layers.Linear(_layers.Activate(x, _config.HiddenActivation), _layout.Layer(layer, "feed_forward.output_dense"));
    }

    private string LayerNorm(string x, string name, float? epsilon = null) => _layers.LayerNorm(x, name, epsilon ?? (float)_config.LayerNormEps);
}
