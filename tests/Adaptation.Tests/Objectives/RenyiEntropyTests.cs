using Attune.Adaptation.Objectives;
using static TorchSharp.torch;

namespace Attune.Adaptation.Tests.Objectives;

public sealed class RenyiEntropyTests
{
    private static readonly double[] Distribution = [0.5, 0.25, 0.125, 0.125];

    public RenyiEntropyTests() => TorchRuntime.EnsureLoaded();

    [Fact]
    public void Of_HandCases_AreTheFormulas()
    {
        Assert.Equal(1.75 * Math.Log(2), Of(Distribution, 1), 1e-12); // 1/2 1 + 1/4 2 + 2 1/8 3 bits
        Assert.Equal(-Math.Log(0.34375), Of(Distribution, 2), 1e-12); // 1/4 + 1/16 + 2/64
        Assert.Equal(-2 * Math.Log(Math.Pow(0.5, 1.5) + Math.Pow(0.25, 1.5) + (2 * Math.Pow(0.125, 1.5))), Of(Distribution, 1.5), 1e-12);
    }

    [Theory]
    [InlineData(1 - 1e-5)]
    [InlineData(1 + 1e-5)]
    public void Of_OrderNearOne_IsNearShannons(double order) => Assert.Equal(Of(Distribution, 1), Of(Distribution, order), 1e-5);

    [Fact]
    public void Of_LargerOrder_IsSmallerDownToThatOfTheMostProbable()
    {
        double[] orders = [0.25, 0.5, 1, 1.5, 2, 5, 50];
        double[] entropies = [.. orders.Select(order => Of(Distribution, order))];

        Assert.Equal(entropies.OrderDescending(), entropies);
        Assert.Equal(Math.Log(2), Of(Distribution, 1e4), 1e-3);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(1)]
    [InlineData(1.5)]
    [InlineData(3)]
    public void Of_UniformAndCertain_AreTheBounds(double order)
    {
        Assert.Equal(Math.Log(4), Of([0.25, 0.25, 0.25, 0.25], order), 1e-12);
        Assert.Equal(0, Of([1 - 3e-15, 1e-15, 1e-15, 1e-15], order), 1e-6);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void Of_OrderThatIsNone_IsRefused(double order) => Assert.Throws<ArgumentOutOfRangeException>(() => Of(Distribution, order));

    private static double Of(double[] distribution, double order)
    {
        using var scope = NewDisposeScope();
        return RenyiEntropy.Of(tensor(distribution.Select(p => Math.Log(p)).ToArray()), order).item<double>();
    }
}
