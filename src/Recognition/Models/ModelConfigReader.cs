using System.Text.Json;

namespace Attune.Recognition.Models;

/// <summary>Reads <c>config.json</c> with the key names and defaults of Hugging Face's Wav2Vec2Config and HubertConfig.</summary>
/// <remarks>https://huggingface.co/docs/transformers/model_doc/wav2vec2#transformers.Wav2Vec2Config. Thread-safe.</remarks>
public static class ModelConfigReader
{
    /// <summary>More layers than any model has; keeps a damaged number from asking for a list of a million parameters.</summary>
    internal const int MaximumLayers = 1024;

    private static readonly Dictionary<string, ModelArchitecture> Architectures = new(StringComparer.Ordinal)
    {
        ["Wav2Vec2ForCTC"] = ModelArchitecture.Wav2Vec2ForCtc,
        ["HubertForCTC"] = ModelArchitecture.HubertForCtc,
    };

    /// <summary>The activations by the names that configurations give them.</summary>
    internal static readonly IReadOnlyDictionary<string, Activation> Activations = new Dictionary<string, Activation>(StringComparer.Ordinal)
    {
        ["gelu"] = Activation.Gelu,
        ["gelu_new"] = Activation.GeluTanh,
        ["gelu_pytorch_tanh"] = Activation.GeluTanh,
        ["relu"] = Activation.Relu,
        ["silu"] = Activation.Silu,
        ["swish"] = Activation.Silu,
    };

    private static readonly Dictionary<string, FeatureNorm> Norms = new(StringComparer.Ordinal)
    {
        ["group"] = FeatureNorm.Group,
        ["layer"] = FeatureNorm.Layer,
    };

    /// <summary>Reads and checks a file.</summary>
    /// <param name="path">Path of <c>config.json</c>.</param>
    /// <exception cref="ModelException">
    /// MissingFile, UnreadableFile, InvalidJson, UnsupportedArchitecture; InvalidConfig or UnsupportedFeature with all problems in
    /// one message.
    /// </exception>
    public static ModelConfig Read(string path)
    {
        using var json = StrictJson.ReadObject(path);
        var architecture = ReadArchitecture(path, json.RootElement);
        var fields = new JsonFields(json.RootElement);
        var config = ReadFields(fields, architecture);
        CheckRelations(fields, config);
        CheckUnsupported(fields);
        fields.ThrowIfAny(path, ModelError.InvalidConfig);
        return config;
    }

    private static ModelArchitecture ReadArchitecture(string path, JsonElement root)
    {
        var found = root.TryGetProperty("architectures", out var element) && element.ValueKind == JsonValueKind.Array
            ? element.EnumerateArray().Select(item => item.ToString()).ToArray()
            : [];
        foreach (var name in found)
        {
            if (Architectures.TryGetValue(name, out var architecture)) return architecture;
        }

        var given = found.Length == 0 ? "none" : string.Join(", ", found);
        var reason = found.Any(IsHeadless)
            ? " It has no CTC output layer: it was pretrained, but not fine-tuned to recognise speech."
            : string.Empty;
        throw new ModelException(
            ModelError.UnsupportedArchitecture,
            $"{path} must name one of {string.Join(", ", Architectures.Keys)} in 'architectures'. Given: {given}.{reason} Choose a model "
            + "fine-tuned with CTC.");
    }

    private static bool IsHeadless(string name) =>
        name is "HubertModel" or "Wav2Vec2Model" or "Wav2Vec2ForPreTraining";

    private static ModelConfig ReadFields(JsonFields fields, ModelArchitecture architecture) => new()
    {
        Architecture = architecture,
        HiddenSize = fields.Integer("hidden_size", 768),
        LayerCount = fields.Integer("num_hidden_layers", 12),
        HeadCount = fields.Integer("num_attention_heads", 12),
        IntermediateSize = fields.Integer("intermediate_size", 3072),
        HiddenActivation = fields.Choice("hidden_act", Activation.Gelu, Activations),
        FeatureActivation = fields.Choice("feat_extract_activation", Activation.Gelu, Activations),
        LayerNormEps = fields.Positive("layer_norm_eps", 1e-5),
        FeatureNorm = fields.Choice("feat_extract_norm", FeatureNorm.Group, Norms),
        ConvDims = fields.Integers("conv_dim", [512, 512, 512, 512, 512, 512, 512]),
        ConvKernels = fields.Integers("conv_kernel", [10, 3, 3, 3, 3, 2, 2]),
        ConvStrides = fields.Integers("conv_stride", [5, 2, 2, 2, 2, 2, 2]),
        ConvBias = fields.Flag("conv_bias", false),
        PositionalKernel = fields.Integer("num_conv_pos_embeddings", 128),
        PositionalGroups = fields.Integer("num_conv_pos_embedding_groups", 16),
        StableLayerNorm = fields.Flag("do_stable_layer_norm", false),
        ProjectionLayerNorm = architecture != ModelArchitecture.HubertForCtc || fields.Flag("feat_proj_layer_norm", true),
        VocabularySize = fields.Integer("vocab_size", 32),
        BlankId = fields.Integer("pad_token_id", 0, minimum: 0),
    };

    private static void CheckRelations(JsonFields fields, ModelConfig config)
    {
        if (config.LayerCount > MaximumLayers)
            fields.Problem($"num_hidden_layers must be at most {MaximumLayers}. Given: {config.LayerCount}");
        if (config.HiddenSize % config.HeadCount != 0)
            fields.Problem($"num_attention_heads must divide hidden_size. Given: {config.HeadCount} and {config.HiddenSize}");
        if (config.HiddenSize % config.PositionalGroups != 0)
            fields.Problem(
                $"num_conv_pos_embedding_groups must divide hidden_size. Given: {config.PositionalGroups} and {config.HiddenSize}");
        if (config.BlankId >= config.VocabularySize)
            fields.Problem($"pad_token_id, the CTC blank, must be below vocab_size. Given: {config.BlankId} and {config.VocabularySize}");
        int dims = config.ConvDims.Count, kernels = config.ConvKernels.Count, strides = config.ConvStrides.Count;
        if (dims != kernels || dims != strides)
            fields.Problem($"conv_dim, conv_kernel and conv_stride must have the same length. Given: {dims}, {kernels} and {strides}");
        else
            CheckReach(fields, config);
    }

    // The samples that one frame sees, and the samples between two frames, must be numbers that a waveform can have.
    private static void CheckReach(JsonFields fields, ModelConfig config)
    {
        double samples = 1, stride = 1;
        for (var i = config.ConvKernels.Count - 1; i >= 0; i--)
        {
            samples = ((samples - 1) * config.ConvStrides[i]) + config.ConvKernels[i];
            stride *= config.ConvStrides[i];
        }

        if (samples > JsonFields.MaximumExtent || stride > JsonFields.MaximumExtent)
        {
            fields.Problem(
                $"one frame may span at most {JsonFields.MaximumExtent} samples. conv_kernel and conv_stride give: {samples}, every {stride}");
        }
    }

    private static void CheckUnsupported(JsonFields fields)
    {
        if (fields.Flag("add_adapter", false)) fields.Unsupported("add_adapter (convolutions after the encoder) is not supported");
        if (fields.Has("adapter_attn_dim")) fields.Unsupported("adapter_attn_dim (adapter layers per language) is not supported");
        if (fields.Flag("conv_pos_batch_norm", false))
            fields.Unsupported("conv_pos_batch_norm (a positional convolution without weight normalisation) is not supported");
    }
}
