using static Attune.Adaptation.Tests.Checkpoints.Merging.Tensors;

namespace Attune.Adaptation.Tests.Checkpoints.Merging;

public sealed class LinearMergeTests
{
    [Fact]
    public void Average_WeightsOneAndThree_DividedByTheirSum()
    {
        var merged = Merge("linear", null, [[1, 2], [3, 6]], modelParameters: [Weight(1), Weight(3)]);

        Approximately.Equal([2.5, 5.0], merged);
    }

    [Fact]
    public void Average_NotNormalized_PlainSum()
    {
        var merged = Merge("linear", null, [[1, 2], [3, 6]], new() { ["normalize"] = 0 }, [Weight(1), Weight(3)]);

        Approximately.Equal([10.0, 20.0], merged);
    }

    [Fact]
    public void Average_WeightZero_OtherModelExactly()
    {
        var (a, b) = (Random(50, 1), Random(50, 2));

        Assert.Equal(a, Merge("linear", null, [a, b], modelParameters: [Weight(1), Weight(0)]));
    }

    [Fact]
    public void Average_WeightsThatCancel_NotDivided()
    {
        var merged = Merge("linear", null, [[5], [2]], modelParameters: [Weight(1), Weight(-1)]);

        Approximately.Equal([3.0], merged);
    }
}
