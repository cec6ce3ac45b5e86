using Attune.Recognition.Models;

namespace Attune.Text.Models;

/// <summary>The names and shapes of every parameter that a configuration asks for, in the order of the forward pass.</summary>
/// <remarks>Immutable. Graph, network and parameter sets take their names from here, so that each is written once.</remarks>
/// <param name="prefix">What every name but the output layer's starts with in this file.</param>
public abstract class TextModelLayout(string prefix)
{
    /// <summary>All parameters, in the order of the forward pass.</summary>
    public abstract IReadOnlyList<ModelParameter> Parameters { get; }

    /// <summary>What every name but the output layer's starts with: <c>transformer.</c>, <c>bert.</c> or nothing.</summary>
    public string Prefix { get; } = prefix;

    /// <summary>Weight, shape (rows, D), of an embedding table.</summary>
    protected static ModelParameter Table(string name, int rows, int width) => new(name + ".weight", [rows, width], ModelPart.Embeddings);

    /// <summary>Names of the parameters of a LayerNorm, as this file spells them.</summary>
    public virtual (string Weight, string Bias) NormNames(string name) => (name + ".weight", name + ".bias");

    /// <summary>Weight and bias of a LayerNorm.</summary>
    protected IEnumerable<ModelParameter> Norm(string name, int size, ModelPart part, int layer = -1)
    {
        var (weight, bias) = NormNames(name);
        return [new(weight, [size], part, layer, IsLayerNorm: true), new(bias, [size], part, layer, IsLayerNorm: true)];
    }

    /// <summary>Weight and bias of a linear layer.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="outputs">Its outputs.</param>
    /// <param name="inputs">Its inputs.</param>
    /// <param name="part">Where it lives.</param>
    /// <param name="layer">Its transformer layer, or -1.</param>
    /// <param name="isTransposed">Whether its weight is stored as (inputs, outputs).</param>
    protected static IEnumerable<ModelParameter> Linear(
        string name, int outputs, int inputs, ModelPart part, int layer = -1, bool isTransposed = false) =>
    [
        new(name + ".weight", isTransposed ? [inputs, outputs] : [outputs, inputs], part, layer) { IsTransposed = isTransposed },
        new(name + ".bias", [outputs], part, layer),
    ];
}
