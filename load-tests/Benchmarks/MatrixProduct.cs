using Attune.Recognition.Acoustic;
using Attune.Recognition.Models;
using static TorchSharp.torch;

namespace Attune.Benchmarks;

/// <summary>One matrix product or convolution of a forward pass, and which gradients a step asks of it.</summary>
/// <param name="Name">What it computes.</param>
/// <param name="Input">Shape: (rows, inputs), (batch, rows, inputs), or (1, channels, length) of a convolution.</param>
/// <param name="Factor">Shape: (outputs, inputs), (batch, inputs, outputs), or (outputs, channels / groups, kernel) of a convolution.</param>
/// <param name="IsConvolution">Whether it is a convolution.</param>
internal sealed record MatrixProduct(string Name, long[] Input, long[] Factor, bool IsConvolution = false)
{
    /// <summary>Of a convolution, in inputs.</summary>
    public int Stride { get; init; } = 1;

    /// <summary>Of a convolution, on both sides.</summary>
    public int Padding { get; init; }

    /// <summary>Of a convolution.</summary>
    public int Groups { get; init; } = 1;

    /// <summary>Whether the gradient with respect to the input is needed: something before it, or its input itself, is trained.</summary>
    public bool InputGradient { get; init; }

    /// <summary>Whether the gradient with respect to the second factor is needed.</summary>
    public bool FactorGradient { get; init; }

    /// <summary>Floating-point operations of the product itself: two for each multiplication with its addition.</summary>
    public double ForwardOperations => IsConvolution
        ? 2.0 * ((Input[2] + (2 * Padding) - Factor[2]) / Stride + 1) * Factor[0] * Factor[1] * Factor[2]
        : Input.Length == 2 ? 2.0 * Input[0] * Input[1] * Factor[0] : 2.0 * Input[0] * Input[1] * Input[2] * Factor[2];

    /// <summary>The same with its gradients, each of which is as large a product.</summary>
    public double Operations => ForwardOperations * (1 + (InputGradient ? 1 : 0) + (FactorGradient ? 1 : 0));

    /// <summary>The products of an utterance's forward pass, in its order.</summary>
    /// <param name="model">Whose.</param>
    /// <param name="samples">Length of the utterance.</param>
    /// <param name="trained">What a step trains; null for a forward pass alone. For <c>top-K</c> what lies below is left out, as it is computed once.</param>
    public static IReadOnlyList<MatrixProduct> Of(Model model, int samples, ParameterSet? trained)
    {
        var (config, layout) = (model.Config, model.Layout);
        var parameters = trained?.In(layout, config);
        var products = new List<MatrixProduct>();
        var reached = false;
        long length = samples;
        var channels = 1L;
        for (var i = 0; i < config.ConvDims.Count; i++)
        {
            Add(new(layout.FeatureConvolution(i), [1, channels, length], [config.ConvDims[i], channels, config.ConvKernels[i]], true) { Stride = config.ConvStrides[i] });
            Pass(layout.FeatureNormalization(i));
            length = ((length - config.ConvKernels[i]) / config.ConvStrides[i]) + 1;
            channels = config.ConvDims[i];
        }

        var (frames, width) = (length, (long)config.HiddenSize);
        Pass(layout.ProjectionNorm);
        Linear(layout.Projection, channels, width);
        Add(new(layout.Positional, [1, width, frames], [width, width / config.PositionalGroups, config.PositionalKernel], true)
        {
            Padding = config.PositionalKernel / 2,
            Groups = config.PositionalGroups,
        });
        if (!config.StableLayerNorm) Pass(layout.EncoderNorm);
        for (var layer = 0; layer < config.LayerCount; layer++)
        {
            var first = layer == config.LayerCount - trained?.TopLayers;
            if (first && config.StableLayerNorm) products.Clear();
            if (config.StableLayerNorm) Pass(layout.Layer(layer, "layer_norm"));
            foreach (var module in new[] { "q_proj", "k_proj", "v_proj" }) Linear(layout.Layer(layer, "attention." + module), width, width);
            var (heads, size) = ((long)config.HeadCount, (long)config.HeadSize);
            products.Add(new(layout.Layer(layer, "attention: scores"), [heads, frames, size], [heads, size, frames]) { InputGradient = reached, FactorGradient = reached });
            products.Add(new(layout.Layer(layer, "attention: values"), [heads, frames, frames], [heads, frames, size]) { InputGradient = reached, FactorGradient = reached });
            Linear(layout.Layer(layer, "attention.out_proj"), width, width);
            if (first && !config.StableLayerNorm) products.Clear();
            Pass(layout.Layer(layer, config.StableLayerNorm ? "final_layer_norm" : "layer_norm"));
            Linear(layout.Layer(layer, "feed_forward.intermediate_dense"), width, config.IntermediateSize);
            Linear(layout.Layer(layer, "feed_forward.output_dense"), config.IntermediateSize, width);
            if (!config.StableLayerNorm) Pass(layout.Layer(layer, "final_layer_norm"));
        }

        if (config.StableLayerNorm) Pass(layout.EncoderNorm);
        Linear(layout.Head, width, config.VocabularySize);
        return products;

        void Linear(string name, long inputs, long outputs) => Add(new(name, [frames, inputs], [outputs, inputs]));

        void Add(MatrixProduct product)
        {
            products.Add(product with { InputGradient = reached, FactorGradient = parameters?.Contains(product.Name + ".weight") == true });
            Pass(product.Name);
        }

        void Pass(string name) => reached |= parameters is not null && (parameters.Contains(name + ".weight") || parameters.Contains(name + ".bias"));
    }

    /// <summary>An action that computes the product and its gradients in TorchSharp, on random numbers, and nothing else.</summary>
    public Action Prepare()
    {
        var input = rand(Input).requires_grad_(InputGradient);
        var factor = rand(Factor).requires_grad_(FactorGradient);
        var gradient = Compute().detach();
        return () =>
        {
            using var scope = NewDisposeScope();
            using var recording = set_grad_enabled(InputGradient || FactorGradient);
            var y = Compute();
            if (InputGradient || FactorGradient) autograd.grad([y], [.. Wanted()], [gradient]);
        };

        IEnumerable<Tensor> Wanted() => new[] { (InputGradient, input), (FactorGradient, factor) }.Where(pair => pair.Item1).Select(pair => pair.Item2);

        Tensor Compute() => IsConvolution
            ? nn.functional.conv1d(input, factor, stride: Stride, padding: Padding, groups: Groups)
            : Input.Length == 2 ? nn.functional.linear(input, factor) : matmul(input, factor);
    }
}
