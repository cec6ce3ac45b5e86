using Attune.Recognition.Models;

namespace Attune.Adaptation.Checkpoints.Merging;

/// <summary>One tensor of the result, and where it comes from.</summary>
/// <param name="Name">In the result.</param>
/// <param name="Shape">Extents, row-major.</param>
/// <param name="Type">Element type in the result.</param>
/// <param name="Index">Its place in every model's layout, whose names may differ; -1 if no layout has it.</param>
/// <param name="Depth">0 at the first transformer layer and before it, 1 at the last and after it.</param>
internal sealed record PlannedTensor(string Name, IReadOnlyList<long> Shape, ElementType Type, int Index, double Depth)
{
    /// <summary>The recipe's parameters for it.</summary>
    public TensorParameters Parameters { get; init; } = TensorParameters.Defaults;

    /// <summary>Each model's parameters for it.</summary>
    public IReadOnlyList<TensorParameters> ModelParameters { get; init; } = [];

    /// <summary>The only model that it is taken from, unchanged; null if it is merged.</summary>
    public MergeSource? CopiedFrom { get; init; }

    /// <summary>Number of values.</summary>
    public long Length { get; } = Shape.Aggregate(1L, (product, extent) => product * extent);

    /// <summary>What a model calls it.</summary>
    public string NameIn(MergeSource source) => Index < 0 ? Name : source.Model.Parameters[Index].Name;
}
