using static Attune.Adaptation.Tests.Checkpoints.Merging.Tensors;

namespace Attune.Adaptation.Tests.Checkpoints.Merging;

public sealed class NearSwapTests
{
    [Fact]
    public void Merge_NearAndFar_SwappedOrMovedByT()
    {
        Approximately.Equal([0.05, -0.1, 0.1, 0.0], Merge("nearswap", [0, 0, 0, 0], [[0.05f, -0.3f, 1, 0]], new() { ["t"] = 0.1 }));
    }

    [Fact]
    public void Merge_ThresholdZero_Base()
    {
        var source = Random(60, 1);

        Assert.Equal(source, Merge("nearswap", source, [Random(60, 2)], new() { ["t"] = 0 }));
    }

    [Fact]
    public void Merge_LargeThreshold_OtherModel()
    {
        var other = Random(60, 2);

        Assert.Equal(other, Merge("nearswap", Random(60, 1), [other], new() { ["t"] = 10 }));
    }
}
