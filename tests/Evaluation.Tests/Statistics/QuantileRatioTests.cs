using Attune.Evaluation.Statistics;

namespace Attune.Evaluation.Tests.Statistics;

public class QuantileRatioTests
{
    [Fact]
    public void Of_EachTwiceTheOther_IsTwoWithoutDoubt()
    {
        double[][] reference = [[1, 2], [3, 4], [5, 6]];
        double[][] measured = [.. reference.Select(turn => turn.Select(value => 2 * value).ToArray())];

        var ratio = QuantileRatio.Of(measured, reference, 0.5);

        Assert.Equal(new QuantileRatio(2, 2, 2), ratio);
    }

    [Fact]
    public void Of_SameDistribution_HasOneInMostIntervals()
    {
        var ratios = Enumerable.Range(1, 40).Select(seed => QuantileRatio.Of(Turns(seed), Turns(1000 + seed), 0.9)).ToList();

        Assert.InRange(ratios.Count(ratio => ratio.Low <= 1 && 1 <= ratio.High), 35, 40); // of 95 % in theory
        Assert.All(ratios, ratio => Assert.InRange(ratio.Ratio, ratio.Low, ratio.High));
    }

    [Fact]
    public void Of_OtherNumberOfTurns_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => QuantileRatio.Of([[1]], [[1], [2]], 0.5));
        Assert.Throws<ArgumentException>(() => QuantileRatio.Of([], [], 0.5));
    }

    private static double[][] Turns(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, 40).Select(_ => Enumerable.Range(0, 10).Select(_ => -Math.Log(1 - random.NextDouble())).ToArray())];
    }
}
