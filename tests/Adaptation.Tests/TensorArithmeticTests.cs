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
        AssertSame(a.pow(2), a.Squared());
    }

    /// <summary>Where nothing holds a number that native code reads, this fails within a second or two, or computes with what lies there.</summary>
    [Fact]
    public async Task Operations_WhileCollectionsRun_AreRight()
    {
        using var ending = new CancellationTokenSource();
        var littering = Task.Run(() =>
        {
            while (!ending.IsCancellationRequested) GC.KeepAlive(new byte[1 << 12]);
        });
        using var scope = NewDisposeScope();
        var a = ones(8);
        try
        {
            for (var i = 0; i < 100_000; i++)
            {
                using var inner = NewDisposeScope();
                Assert.Equal(8 * 15, a.Plus(1).Plus(a).Squared().Plus(7).Minus(a).sum().item<float>()); // ((1 + 1 + 1)^2 + 7 - 1) eight times
            }
        }
        finally
        {
            await ending.CancelAsync();
            await littering;
        }
    }

    private static void AssertSame(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.dtype, actual.dtype);
        Assert.True(expected.eq(actual).all().item<bool>());
    }
}
