using static Attune.Adaptation.Tests.Checkpoints.Merging.Tensors;

namespace Attune.Adaptation.Tests.Checkpoints.Merging;

public sealed class AnalogyTests
{
    [Fact]
    public void Complete_Difference_AddedLambdaTimes()
    {
        Approximately.Equal([2.0, -1.0], Merge("analogy", [1, 1], [[5, 2], [3, 6]], new() { ["lambda"] = 0.5 }));
    }

    [Fact]
    public void Complete_EqualPair_C()
    {
        var (c, a) = (Random(60, 1), Random(60, 2));

        Assert.Equal(c, Merge("analogy", c, [a, a]));
    }

    [Fact]
    public void Complete_CIsB_A()
    {
        var (a, b) = (Random(60, 1), Random(60, 2));

        Approximately.Equal(a, Merge("analogy", b, [a, b]));
    }
}
