using static Attune.Adaptation.Tests.Checkpoints.Merging.Tensors;

namespace Attune.Adaptation.Tests.Checkpoints.Merging;

public sealed class NuSlerpTests
{
    private const double HalfRoot = 0.70710678118654752;

    [Fact]
    public void Merge_WeightsOneAndTwo_SecondHasTwoThirds()
    {
        var merged = Merge("nuslerp", null, [[2, 0], [0, 1]], modelParameters: [Weight(1), Weight(2)]);

        Approximately.Equal([2 * 0.5, 0.86602540378443865], merged);
    }

    [Fact]
    public void Merge_NotFlat_EachRowHasItsAngle()
    {
        // The first row turns by 90 degrees, the second only grows.
        var merged = Merge("nuslerp", null, [[1, 0, 1, 1], [0, 1, 3, 3]], new() { ["nuslerp_flatten"] = 0 }, shape: [2, 2]);

        Approximately.Equal([HalfRoot, HalfRoot, 2.0, 2.0], merged);
    }

    [Fact]
    public void Merge_AlongFirstDimension_EachColumnHasItsAngle()
    {
        var merged = Merge(
            "nuslerp", null, [[1, 1, 0, 1], [0, 3, 1, 3]], new() { ["nuslerp_flatten"] = 0, ["nuslerp_row_wise"] = 1 }, shape: [2, 2]);

        Approximately.Equal([HalfRoot, 2.0, HalfRoot, 2.0], merged);
    }

    [Fact]
    public void Merge_WithBase_InterpolatesTaskVectors()
    {
        var merged = Merge("nuslerp", [10, 10], [[12, 10], [10, 11]]);

        Approximately.Equal([10 + (2 * HalfRoot), 10 + HalfRoot], merged);
    }

    [Fact]
    public void Merge_WeightsThatCancel_Halfway()
    {
        var merged = Merge("nuslerp", null, [[2, 0], [0, 1]], modelParameters: [Weight(1), Weight(-1)]);

        Approximately.Equal([2 * HalfRoot, HalfRoot], merged);
    }
}
