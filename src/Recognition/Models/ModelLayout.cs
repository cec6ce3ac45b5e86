namespace Attune.Recognition.Models;

/// <summary>Where in the model a parameter lives.</summary>
public enum ModelPart
{
    /// <summary>The convolutional feature extractor.</summary>
    FeatureExtractor,

    /// <summary>LayerNorm and linear layer between feature extractor and encoder.</summary>
    FeatureProjection,

    /// <summary>Positional convolution and the encoder's own LayerNorm.</summary>
    Encoder,

    /// <summary>One of the transformer layers; see <see cref="ModelParameter.Layer"/>.</summary>
    TransformerLayer,

    /// <summary>The linear layer that gives logits.</summary>
    Head,

    /// <summary>Embeddings of tokens, positions and token types of a text model, and their LayerNorm.</summary>
    Embeddings,

    /// <summary>The linear layer over the first token of a text classifier.</summary>
    Pooler,
}

/// <summary>One tensor that a model of a given configuration has.</summary>
/// <param name="Name">Name in the safetensors file.</param>
/// <param name="Shape">Extents, row-major.</param>
/// <param name="Part">Where it lives.</param>
/// <param name="Layer">Index of its transformer layer from 0, or -1 outside of them.</param>
/// <param name="IsLayerNorm">Whether it is the weight or bias of a LayerNorm (GroupNorm is none).</param>
public sealed record ModelParameter(string Name, IReadOnlyList<long> Shape, ModelPart Part, int Layer = -1, bool IsLayerNorm = false)
{
    /// <summary>Number of values.</summary>
    public long Length { get; } = Shape.Aggregate(1L, (product, extent) => product * extent);

    /// <summary>Whether it is the weight of a linear layer that is stored as (inputs, outputs), as in GPT-2, rather than (outputs, inputs).</summary>
    public bool IsTransposed { get; init; }

    /// <summary>Whether it is added rather than multiplied.</summary>
    public bool IsBias => Name.EndsWith(".bias", StringComparison.Ordinal) || Name.EndsWith(".beta", StringComparison.Ordinal);
}

/// <summary>How a file spells the weight-normalised weight of the positional convolution.</summary>
public enum WeightNormSpelling
{
    /// <summary><c>conv.weight_g</c> and <c>conv.weight_v</c> (PyTorch before 2.1).</summary>
    Suffixes,

    /// <summary><c>conv.parametrizations.weight.original0</c> and <c>original1</c>.</summary>
    Parametrizations,
}

/// <summary>
/// The names and shapes of every parameter that a configuration asks for, in the order of the forward pass. Graph, network and
/// parameter sets take their names from here, so that each is written once.
/// </summary>
/// <remarks>Immutable.</remarks>
public sealed class ModelLayout
{
    private readonly ModelConfig _config;
    private readonly WeightNormSpelling _spelling;

    public ModelLayout(ModelConfig config, WeightNormSpelling spelling)
    {
        _config = config;
        _spelling = spelling;
        Parameters = [.. List()];
    }

    /// <summary>All parameters, in the order of the forward pass.</summary>
    public IReadOnlyList<ModelParameter> Parameters { get; }

    /// <summary>Convolution <paramref name="index"/> of the feature extractor; append <c>.weight</c> or <c>.bias</c>.</summary>
    public string FeatureConvolution(int index) => $"{_config.Prefix}.feature_extractor.conv_layers.{index}.conv";

    /// <summary>Norm after convolution <paramref name="index"/> of the feature extractor.</summary>
    public string FeatureNormalization(int index) => $"{_config.Prefix}.feature_extractor.conv_layers.{index}.layer_norm";

    /// <summary>LayerNorm in front of the projection.</summary>
    public string ProjectionNorm => $"{_config.Prefix}.feature_projection.layer_norm";

    /// <summary>Linear layer from feature channels to the hidden size.</summary>
    public string Projection => $"{_config.Prefix}.feature_projection.projection";

    /// <summary>Positional convolution; only its <c>.bias</c> has this name.</summary>
    public string Positional => $"{_config.Prefix}.encoder.pos_conv_embed.conv";

    /// <summary>Gain g of the weight-normalised positional convolution, shape (1, 1, kernel).</summary>
    public string PositionalGain =>
        Positional + (_spelling == WeightNormSpelling.Suffixes ? ".weight_g" : ".parametrizations.weight.original0");

    /// <summary>Direction v of the weight-normalised positional convolution, shape (D, D / groups, kernel).</summary>
    public string PositionalDirection =>
        Positional + (_spelling == WeightNormSpelling.Suffixes ? ".weight_v" : ".parametrizations.weight.original1");

    /// <summary>The encoder's own LayerNorm: before the layers, or after them where the order is stable.</summary>
    public string EncoderNorm => $"{_config.Prefix}.encoder.layer_norm";

    /// <summary>The output layer.</summary>
    public string Head { get; } = "lm_head";

    /// <summary>A module of transformer layer <paramref name="layer"/>, for example <c>attention.q_proj</c>.</summary>
    public string Layer(int layer, string module) => $"{_config.Prefix}.encoder.layers.{layer}.{module}";

    private IEnumerable<ModelParameter> List()
    {
        int hidden = _config.HiddenSize;
        for (var i = 0; i < _config.ConvDims.Count; i++)
        {
            var inputs = i == 0 ? 1 : _config.ConvDims[i - 1];
            var outputs = _config.ConvDims[i];
            yield return new(FeatureConvolution(i) + ".weight", [outputs, inputs, _config.ConvKernels[i]], ModelPart.FeatureExtractor);
            if (_config.ConvBias) yield return new(FeatureConvolution(i) + ".bias", [outputs], ModelPart.FeatureExtractor);
            var layerNorm = _config.FeatureNorm == FeatureNorm.Layer;
            if (i > 0 && !layerNorm) continue;
            foreach (var parameter in Norm(FeatureNormalization(i), outputs, ModelPart.FeatureExtractor, isLayerNorm: layerNorm))
                yield return parameter;
        }

        if (_config.ProjectionLayerNorm)
        {
            foreach (var parameter in Norm(ProjectionNorm, _config.FeatureSize, ModelPart.FeatureProjection)) yield return parameter;
        }

        foreach (var parameter in Linear(Projection, hidden, _config.FeatureSize, ModelPart.FeatureProjection)) yield return parameter;

        yield return new(PositionalGain, [1, 1, _config.PositionalKernel], ModelPart.Encoder);
        yield return new(PositionalDirection, [hidden, hidden / _config.PositionalGroups, _config.PositionalKernel], ModelPart.Encoder);
        yield return new(Positional + ".bias", [hidden], ModelPart.Encoder);
        foreach (var parameter in Norm(EncoderNorm, hidden, ModelPart.Encoder)) yield return parameter;

        for (var layer = 0; layer < _config.LayerCount; layer++)
        {
            foreach (var parameter in TransformerLayer(layer)) yield return parameter;
        }

        foreach (var parameter in Linear(Head, _config.VocabularySize, hidden, ModelPart.Head)) yield return parameter;
    }

    private IEnumerable<ModelParameter> TransformerLayer(int layer)
    {
        int hidden = _config.HiddenSize;
        return
        [
            .. Linear(Layer(layer, "attention.q_proj"), hidden, hidden, ModelPart.TransformerLayer, layer),
            .. Linear(Layer(layer, "attention.k_proj"), hidden, hidden, ModelPart.TransformerLayer, layer),
            .. Linear(Layer(layer, "attention.v_proj"), hidden, hidden, ModelPart.TransformerLayer, layer),
            .. Linear(Layer(layer, "attention.out_proj"), hidden, hidden, ModelPart.TransformerLayer, layer),
            .. Norm(Layer(layer, "layer_norm"), hidden, ModelPart.TransformerLayer, layer),
            .. Linear(Layer(layer, "feed_forward.intermediate_dense"), _config.IntermediateSize, hidden, ModelPart.TransformerLayer, layer),
            .. Linear(Layer(layer, "feed_forward.output_dense"), hidden, _config.IntermediateSize, ModelPart.TransformerLayer, layer),
            .. Norm(Layer(layer, "final_layer_norm"), hidden, ModelPart.TransformerLayer, layer),
        ];
    }

    private static IEnumerable<ModelParameter> Linear(string name, int outputs, int inputs, ModelPart part, int layer = -1) =>
    [
        new(name + ".weight", [outputs, inputs], part, layer),
        new(name + ".bias", [outputs], part, layer),
    ];

    private static IEnumerable<ModelParameter> Norm(string name, int size, ModelPart part, int layer = -1, bool isLayerNorm = true) =>
    [
        new(name + ".weight", [size], part, layer, isLayerNorm),
        new(name + ".bias", [size], part, layer, isLayerNorm),
    ];
}
