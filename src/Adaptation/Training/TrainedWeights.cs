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
    /// <param name="withMaskEmbedding">Whether the masks' vector is written where the source has none.</param>
    public static IReadOnlyList<TensorSource> Merge(Model source, AdaptableParameters trained, float loraScale, bool withMaskEmbedding)
    {
        var slices = trained.Layout.Slices.ToDictionary(slice => slice.Parameter.Name, StringComparer.Ordinal);
        var tensors = new List<TensorSource>();
        foreach (var name in source.Weights.Names.Order(StringComparer.Ordinal))
        {
            var location = source.Weights.Find(name);
            var module = name.EndsWith(".weight", StringComparison.Ordinal) ? name[..^".weight".Length] : name;
            if (slices.TryGetValue(name, out var slice))
                tensors.Add(TensorSource.FromFloats(name, ElementType.F32, location.Entry.Shape, () => trained[slice]));
            else if (slices.TryGetValue(LoraNames.Down(module), out var down))
                tensors.Add(WithAddition(location, trained, down, slices[LoraNames.Up(module)], loraScale));
            else
                tensors.Add(TensorSource.FromFile(location));
        }

        var embedding = TrainableParameters.MaskEmbedding(source.Config);
        if (withMaskEmbedding && !source.Weights.TryFind(embedding, out _) && slices.TryGetValue(embedding, out var added))
            tensors.Add(TensorSource.FromFloats(embedding, ElementType.F32, added.Parameter.Shape, () => trained[added]));
        return tensors;
    }

    /// <summary>W + scale B A.</summary>
    private static TensorSource WithAddition(
        TensorLocation location, AdaptableParameters trained, ParameterSlice down, ParameterSlice up, float scale) =>
        TensorSource.FromFloats(location.Entry.Name, ElementType.F32, location.Entry.Shape, () =>
        {
            var values = location.File.ReadFloats(location.Entry.Name);
            var (rank, inputs) = ((int)down.Parameter.Shape[0], (int)down.Parameter.Shape[1]);
            var a = trained[down].Span;
            var b = trained[up].Span;
            for (var row = 0; row < values.Length / inputs; row++)
            {
                for (var column = 0; column < inputs; column++)
                {
                    var sum = 0.0;
                    for (var k = 0; k < rank; k++) sum += (double)b[(row * rank) + k] * a[(k * inputs) + column];
                    values[(row * inputs) + column] += (float)(scale * sum);
                }
            }

            return values;
        });
}
