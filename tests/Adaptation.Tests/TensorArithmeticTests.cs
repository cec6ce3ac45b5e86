using static TorchSharp.torch;

namespace Attune.Adaptation.Tests;

public sealed class TensorArithmeticTests
{
    public TensorArithmeticTests() => TorchRuntime.EnsureLoaded();

    [Fact]
    public void Operations_EqualOperators_BitForBit()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        var a = randn([50, 7], generator: generator);
        var b = randn([50, 7], generator: generator);
        var integers = arange(-3, 4);

        AssertSame(a + b, a.Plus(b));
        AssertSame(a - b, a.Minus(b));
        AssertSame(a + 1e-5, a.Plus(1e-5));
        AssertSame(a * 0.3, a.Times(0.3));
        AssertSame(a / 2.5, a.Over(2.5));
        AssertSame(integers.clamp_min(1), integers.AtLeast(1));
        AssertSame(integers.eq(0), integers.EqualTo(0));
        AssertSame(integers.not_equal(2), integers.DiffersFrom(2));
        AssertSame(a.masked_fill(b.greater(0), float.NegativeInfinity), a.FilledWhere(b.greater(0), double.NegativeInfinity));
        AssertSame(a.clone().add_(b), a.clone().Accumulate(b));
    }

    private static void AssertSame(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.dtype, actual.dtype);
        Assert.True(expected.eq(actual).all().item<bool>());
    }
}
