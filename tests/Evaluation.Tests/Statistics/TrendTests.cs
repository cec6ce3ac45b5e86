using Attune.Evaluation.Statistics;

namespace Attune.Evaluation.Tests.Statistics;

public class TrendTests
{
    [Fact]
    public void Of_Line_IsItsSlopeExactly()
    {
        var trend = Trend.Of([.. Enumerable.Range(0, 40).Select(i => 5 - (0.25 * i))]);

        Assert.Equal(-0.25, trend.Slope, 12);
        Assert.Equal(-0.25, trend.Low, 12);
        Assert.Equal(-0.25, trend.High, 12);
        Assert.False(trend.MayBeFlat);
    }

    [Fact]
    public void Of_FourValuesByHand_IsTheMedianOfPairs()
    {
        // Of 20 values 19 lie on a line of slope 1; one lies far out, and the median does not see it.
        var series = Enumerable.Range(0, 20).Select(i => (double)i).ToArray();
        series[7] = 1e6;

        Assert.Equal(1, Trend.Of(series).Slope, 12);
    }

    [Fact]
    public void Of_NoiseAroundALine_IntervalHasTheSlopeAndNotZero()
    {
        var random = new Random(1);

        var trend = Trend.Of([.. Enumerable.Range(0, 100).Select(i => (0.05 * i) + random.NextDouble())]);

        Assert.InRange(0.05, trend.Low, trend.High);
        Assert.False(trend.MayBeFlat);
    }

    /// <summary>Each value resembles the one before: an interval for independent ones would miss zero in most series.</summary>
    [Fact]
    public void Of_FlatSeriesWithMemory_HasZeroInMostIntervals()
    {
        var flat = Enumerable.Range(1, 40).Count(seed => Trend.Of(Wander(new Random(seed), 100, memory: 0.7)).MayBeFlat);

        Assert.InRange(flat, 32, 40); // of 95 % in theory, which blocks of a tenth do not quite reach
    }

    [Fact]
    public void Of_TooFew_IsRefused() => Assert.Throws<ArgumentOutOfRangeException>(() => Trend.Of(new double[Trend.MinCount - 1]));

    private static double[] Wander(Random random, int count, double memory)
    {
        var values = new double[count];
        for (var i = 1; i < count; i++) values[i] = (memory * values[i - 1]) + random.NextDouble() - 0.5;
        return values;
    }
}
