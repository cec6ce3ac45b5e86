using Attune.Recognition.Acoustic;
using Attune.Recognition.Models;

namespace Attune.Adaptation.Training;

/// <summary>The weights of a model after training, for its safetensors file.</summary>
internal static class TrainedWeights
{
    /// <summary>Every tensor of the source's files, with trained values in place of the source's, and low-rank additions added in.</summary>
    /// <param name="source">The model that training started from; must stay open until the result is written.</param>
    /// <param name="trained">Trained values.</param>
    /// <param name="loraScale">alpha / rank.</param>
    /// <param name="added">A trained parameter that is written also where the source has none; null for none.</param>
    public static IReadOnlyList<TensorSource> Merge(IModel source, AdaptableParameters trained, float loraScale, ModelParameter? added = null)
    {
        var transposed = TransposedNames(source);
        var tensors = new List<TensorSource>();
        foreach (var name in source.Weights.Names.Order(StringComparer.Ordinal))
        {
            var location = source.Weights.Find(name);
            tensors.Add(trained.Layout.Contains(name) || trained.Layout.Contains(LoraNames.Down(Module(name)))
                ? TensorSource.FromFloats(name, ElementType.F32, location.Entry.Shape, () => Read(location, trained, loraScale, transposed.Contains(name)))
                : TensorSource.FromFile(location));
        }

        if (added is not null && !source.Weights.TryFind(added.Name, out _) && trained.Layout.Find(added.Name) is { } slice)
            tensors.Add(TensorSource.FromFloats(added.Name, ElementType.F32, added.Shape, () => trained[slice]));
        return tensors;
    }

    /// <summary>Parameters whose weight is stored as (inputs, outputs).</summary>
    public static IReadOnlySet<string> TransposedNames(IModel model) =>
        model.Parameters.Where(parameter => parameter.IsTransposed).Select(parameter => parameter.Name).ToHashSet(StringComparer.Ordinal);

    /// <summary>One tensor of a model: the trained values where there are any, else the model's, with low-rank additions added in.</summary>
    /// <param name="location">The tensor in the model's files.</param>
    /// <param name="trained">Trained values.</param>
    /// <param name="loraScale">alpha / rank.</param>
    /// <param name="isTransposed">Whether it is stored as (inputs, outputs).</param>
    public static float[] Read(TensorLocation location, AdaptableParameters trained, float loraScale, bool isTransposed)
    {
        var name = location.Entry.Name;
        if (trained.Layout.Find(name) is { } slice) return trained[slice].ToArray();
        var values = location.File.ReadFloats(name);
        var module = Module(name);
        if (trained.Layout.Find(LoraNames.Down(module)) is { } down) Add(values, trained, down, trained.Layout.Find(LoraNames.Up(module))!, loraScale, isTransposed);
        return values;
    }

    private static string Module(string name) => name.EndsWith(".weight", StringComparison.Ordinal) ? name[..^".weight".Length] : name;

    /// <summary>W + scale B A.</summary>
    private static void Add(float[] values, AdaptableParameters trained, ParameterSlice down, ParameterSlice up, float scale, bool isTransposed)
    {
        var (rank, inputs) = ((int)down.Parameter.Shape[0], (int)down.Parameter.Shape[1]);
        var a = trained[down].Span;
        var b = trained[up].Span;
        var outputs = values.Length / inputs;
        for (var row = 0; row < outputs; row++)
        {
            for (var column = 0; column < inputs; column++)
            {
                var sum = 0.0;
                for (var k = 0; k < rank; k++) sum += (double)b[(row * rank) + k] * a[(k * inputs) + column];
                values[isTransposed ? (column * outputs) + row : (row * inputs) + column] += (float)(scale * sum);
            }
        }
    }
}
