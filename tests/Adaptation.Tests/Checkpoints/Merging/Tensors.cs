using Attune.Adaptation.Checkpoints.Merging;

namespace Attune.Adaptation.Tests.Checkpoints.Merging;

/// <summary>Small tensors, and methods called by name with parameters by name, as a recipe does.</summary>
internal static class Tensors
{
    /// <summary>Seeded values between -1 and 1.</summary>
    public static float[] Random(int length, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, length).Select(_ => (float)((2 * random.NextDouble()) - 1))];
    }

    /// <summary>Merges vectors with equal parameters for each.</summary>
    public static float[] Merge(
        string method,
        float[]? source,
        float[][] models,
        Dictionary<string, double>? parameters = null,
        Dictionary<string, double>[]? modelParameters = null,
        long[]? shape = null,
        ulong seed = 0,
        float[]? ancestor = null) => MergeMethods.Find(method)!.Merge(new TensorInputs
        {
            Shape = shape ?? [models[0].Length],
            Base = source?.ToArray(),
            Models = [.. models.Select(model => model.ToArray())], // methods may overwrite
            Ancestor = ancestor,
            Parameters = new(parameters ?? []),
            ModelParameters = [.. models.Select((_, i) => new TensorParameters(modelParameters?[i] ?? new() { ["weight"] = 1 }))],
            Seed = seed,
        });

    /// <summary>Parameters of one model.</summary>
    public static Dictionary<string, double> Weight(double weight, double? density = null) =>
        density is { } given ? new() { ["weight"] = weight, ["density"] = given } : new() { ["weight"] = weight };
}
