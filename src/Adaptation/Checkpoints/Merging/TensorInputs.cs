namespace Attune.Adaptation.Checkpoints.Merging;

/// <summary>One tensor as each model has it, with the parameters that hold for it. What a <see cref="MergeMethod"/> works on.</summary>
/// <remarks>A method may overwrite the values; nobody else reads them afterwards.</remarks>
internal sealed record TensorInputs
{
    /// <summary>Extents, row-major; empty for a scalar.</summary>
    public required IReadOnlyList<long> Shape { get; init; }

    /// <summary>The base model's values; null if the recipe names none.</summary>
    public float[]? Base { get; init; }

    /// <summary>Values of each model that is merged, as long as the base's.</summary>
    public required IReadOnlyList<float[]> Models { get; init; }

    /// <summary>Values that the task vectors start from where it is not the base; null otherwise.</summary>
    public float[]? Ancestor { get; init; }

    /// <summary>The recipe's own parameters.</summary>
    public required TensorParameters Parameters { get; init; }

    /// <summary>The parameters of each model.</summary>
    public required IReadOnlyList<TensorParameters> ModelParameters { get; init; }

    /// <summary>Seed of this tensor's random choices.</summary>
    public ulong Seed { get; init; }

    /// <summary>Number of values.</summary>
    public int Length => Models[0].Length;

    /// <summary>Length of a row: all weights that lead into one output. 1 for a vector's elements is never meant: a vector is one row.</summary>
    public int RowLength => Shape.Count < 2 ? Length : (int)(Length / Math.Max(1, Shape[0]));

    /// <summary>One parameter of all models.</summary>
    public double[] Each(MergeParameter parameter) => [.. ModelParameters.Select(parameters => parameters[parameter])];
}
