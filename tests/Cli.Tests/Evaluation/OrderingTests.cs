using Attune.Cli.Evaluation;
using Attune.Evaluation.Statistics;

namespace Attune.Cli.Tests.Evaluation;

public sealed class OrderingTests
{
    [Theory]
    [InlineData(-0.05, -0.01, 0.0, OrderingVerdict.Confirmed)]
    [InlineData(-0.05, 0.01, 0.0, OrderingVerdict.Open)]
    [InlineData(0.01, 0.05, 0.0, OrderingVerdict.Refuted)]
    [InlineData(-0.05, 0.005, 0.01, OrderingVerdict.Confirmed)] // no worse than a margin that nobody would notice
    [InlineData(0.005, 0.02, 0.01, OrderingVerdict.Open)]
    [InlineData(0.02, 0.03, 0.01, OrderingVerdict.Refuted)]
    [InlineData(0.0, 0.0, 0.0, OrderingVerdict.Open)]
    internal void Judge_Interval_SaysWhetherAllOfItSpeaksForTheClaim(double low, double high, double margin, OrderingVerdict verdict)
    {
        var ordering = new Ordering("a is better than b", "a", "b", Margin: margin);

        Assert.Equal(verdict, ordering.Judge(new RateDifference((low + high) / 2, low, high, ResamplingUnit.Speaker, 10)));
    }

    [Fact]
    public void All_Claims_NameStrategiesThatExist()
    {
        var names = StrategyKind.All.Select(kind => kind.Name).ToHashSet();

        Assert.All(Ordering.All, ordering => Assert.True(names.Contains(ordering.Candidate) && names.Contains(ordering.Baseline), ordering.Claim));
    }
}
