using Attune.Evaluation.Statistics;

namespace Attune.Evaluation.Tests.Statistics;

public class ScalingTests
{
    [Fact]
    public void EndOfLine_LineBesideTheOrigin_HasNone()
    {
        (double X, double Y)[] points = [.. new[] { 1.0, 2, 4, 100 }.Select(x => (x, 300 + (0.5 * x)))];

        Assert.Null(Scaling.EndOfLine(points, 0.001));
    }

    /// <summary>y = x up to 4. A line that is at least 3.6 at 4 and at most 6.27 at 8 is at least 1.6 at 1, where 1.1 is the most allowed.</summary>
    [Fact]
    public void EndOfLine_CostThatSaturates_IsTheFirstPointBehind()
    {
        (double X, double Y)[] points = [(1, 1), (2, 2), (4, 4), (8, 5.7), (16, 5.7)];

        Assert.Equal(3, Scaling.EndOfLine(points, 0.1));
    }

    /// <summary>4.1 for each x at first. 1.1 / 0.9 times that, 5.01, is passed between 20 and 25; 1.05 / 0.95 times, 4.53, between 10 and 15.</summary>
    [Theory]
    [InlineData(0.1, 5)]
    [InlineData(0.05, 3)]
    public void EndOfLine_Square_IsWhereItsShareOfXHasGrown(double tolerance, int end)
    {
        (double X, double Y)[] points = [.. new[] { 2.0, 5, 10, 15, 20, 25, 30 }.Select(x => (x, (4 * x) + (0.05 * x * x)))];

        Assert.Equal(end, Scaling.EndOfLine(points, tolerance));
    }

    [Fact]
    public void EndOfLine_NoiseWithinTheTolerance_HasNone()
    {
        (double X, double Y)[] points = [(1, 0.95), (2, 2.1), (4, 3.8), (8, 8.4), (16, 15.2)];

        Assert.Null(Scaling.EndOfLine(points, 0.06));
    }

    [Fact]
    public void EndOfLine_OtherUnits_IsTheSame()
    {
        (double X, double Y)[] points = [(1, 1), (2, 2), (4, 4), (8, 5.7), (16, 5.7)];

        Assert.Equal(Scaling.EndOfLine(points, 0.1), Scaling.EndOfLine([.. points.Select(point => (60 * point.X, 1000 * point.Y))], 0.1));
    }

    /// <summary>Of two points the line must not begin below zero: 1.1 at 1 is at most 2.2 at 2, of which 2.44 is missed by a tenth.</summary>
    [Fact]
    public void EndOfLine_TwoPoints_EndsOnlyWhereTheLineWouldBeginBelowZero()
    {
        Assert.Null(Scaling.EndOfLine([], 0.1));
        Assert.Null(Scaling.EndOfLine([(1, 1)], 0.1));
        Assert.Null(Scaling.EndOfLine([(1, 1), (2, 0.5)], 0.1));
        Assert.Null(Scaling.EndOfLine([(1, 1), (2, 2.4)], 0.1));
        Assert.Equal(1, Scaling.EndOfLine([(1, 1), (2, 2.5)], 0.1));
    }

    [Fact]
    public void EndOfFlat_RisesOverTheLeastBefore_IsTheFirstThatDoes()
    {
        Assert.Equal(4, Scaling.EndOfFlat([40, 20, 30, 39, 41, 10], 2));
        Assert.Null(Scaling.EndOfFlat([40, 20, 30, 40], 2));
        Assert.Null(Scaling.EndOfFlat([], 2));
    }
}
