namespace Attune.Recognition.Models;

/// <summary>Which Hugging Face class a model folder was saved from.</summary>
public enum ModelArchitecture
{
    /// <summary><c>Wav2Vec2ForCTC</c>; parameters are named <c>wav2vec2.*</c>.</summary>
    Wav2Vec2ForCtc,

    /// <summary><c>HubertForCTC</c>; parameters are named <c>hubert.*</c>.</summary>
    HubertForCtc,
}

/// <summary>Normalisation inside the convolutional feature extractor (<c>feat_extract_norm</c>).</summary>
public enum FeatureNorm
{
    /// <summary>One GroupNorm with a group per channel, over time, after the first convolution only.</summary>
    Group,

    /// <summary>A LayerNorm over channels after every convolution.</summary>
    Layer,
}

/// <summary>An activation function named by <c>hidden_act</c> or <c>feat_extract_activation</c>.</summary>
public enum Activation
{
    /// <summary>x Phi(x) with the exact error function; <c>gelu</c>.</summary>
    Gelu,

    /// <summary>The tanh approximation of GELU; <c>gelu_new</c>, <c>gelu_pytorch_tanh</c>.</summary>
    GeluTanh,

    /// <summary>max(x, 0); <c>relu</c>.</summary>
    Relu,

    /// <summary>x sigmoid(x); <c>silu</c>, <c>swish</c>.</summary>
    Silu,
}

/// <summary>Every number of a model that its graph, its network and its decoder need, as read from <c>config.json</c>.</summary>
/// <remarks>Immutable. Letters used with shapes: N batch, S samples, T' frames, C feature channels, D hidden size, V vocabulary.</remarks>
public sealed record ModelConfig
{
    /// <summary>Class the folder was saved from; decides the prefix of every parameter name.</summary>
    public required ModelArchitecture Architecture { get; init; }

    /// <summary>Width D of the transformer.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Number of transformer layers.</summary>
    public required int LayerCount { get; init; }

    /// <summary>Attention heads per layer; divides <see cref="HiddenSize"/>.</summary>
    public required int HeadCount { get; init; }

    /// <summary>Width of the feed-forward blocks.</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>Activation of the feed-forward blocks.</summary>
    public Activation HiddenActivation { get; init; } = Activation.Gelu;

    /// <summary>Activation of the feature extractor and of the positional convolution.</summary>
    public Activation FeatureActivation { get; init; } = Activation.Gelu;

    /// <summary>Epsilon of the LayerNorms of projection and encoder. The feature extractor's norms always use 1e-5.</summary>
    public double LayerNormEps { get; init; } = 1e-5;

    /// <summary>Normalisation inside the feature extractor.</summary>
    public required FeatureNorm FeatureNorm { get; init; }

    /// <summary>Output channels of each feature convolution.</summary>
    public required IReadOnlyList<int> ConvDims { get; init; }

    /// <summary>Kernel size of each feature convolution, in inputs of that layer.</summary>
    public required IReadOnlyList<int> ConvKernels { get; init; }

    /// <summary>Stride of each feature convolution, in inputs of that layer.</summary>
    public required IReadOnlyList<int> ConvStrides { get; init; }

    /// <summary>Whether feature convolutions have a bias.</summary>
    public required bool ConvBias { get; init; }

    /// <summary>Kernel size of the positional convolution, in frames. An even kernel's last output frame is dropped.</summary>
    public required int PositionalKernel { get; init; }

    /// <summary>Groups of the positional convolution; divides <see cref="HiddenSize"/>.</summary>
    public required int PositionalGroups { get; init; }

    /// <summary>True: normalise before attention and feed-forward, and once at the end. False: normalise after each.</summary>
    public required bool StableLayerNorm { get; init; }

    /// <summary>Whether the feature projection starts with a LayerNorm (always for wav2vec 2.0, optional for HuBERT).</summary>
    public bool ProjectionLayerNorm { get; init; } = true;

    /// <summary>Output symbols V.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Index of the CTC blank, which is the padding token.</summary>
    public required int BlankId { get; init; }

    /// <summary>First word of every parameter name but the output layer's.</summary>
    public string Prefix => Architecture == ModelArchitecture.HubertForCtc ? "hubert" : "wav2vec2";

    /// <summary>Channels C that leave the feature extractor.</summary>
    public int FeatureSize => ConvDims[^1];

    /// <summary>Width of one attention head.</summary>
    public int HeadSize => HiddenSize / HeadCount;

    /// <summary>Samples between two output frames: the product of the strides.</summary>
    public int SamplesPerFrame => ConvStrides.Aggregate(1, (product, stride) => product * stride);

    /// <summary>Fewest samples that give one frame.</summary>
    public int MinimumSamples
    {
        get
        {
            var samples = 1;
            for (var i = ConvKernels.Count - 1; i >= 0; i--)
                samples = ((samples - 1) * ConvStrides[i]) + ConvKernels[i];
            return samples;
        }
    }

    /// <summary>Frames T' that come out for a number of samples; 0 if there are fewer than <see cref="MinimumSamples"/>.</summary>
    public int FrameCount(int samples)
    {
        var length = samples;
        for (var i = 0; i < ConvKernels.Count; i++)
        {
            if (length < ConvKernels[i]) return 0;
            length = ((length - ConvKernels[i]) / ConvStrides[i]) + 1;
        }

        return length;
    }
}
