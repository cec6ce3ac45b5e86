using Attune.Adaptation.Fast;

namespace Attune.Adaptation.Tests.Fast;

public class StepCostsTests
{
    private static readonly TimeSpan TwoSeconds = TimeSpan.FromSeconds(2);

    [Fact]
    public void Predict_NothingMeasured_IsZero() => Assert.Equal(TimeSpan.Zero, new StepCosts().Predict(TwoSeconds));

    [Fact]
    public void Predict_OneMeasured_IsInProportionToTheLength()
    {
        var costs = new StepCosts();
        costs.Observe(TwoSeconds, TimeSpan.FromMilliseconds(40));

        Assert.Equal(40, costs.Predict(TwoSeconds).TotalMilliseconds, 3);
        Assert.Equal(60, costs.Predict(TimeSpan.FromSeconds(3)).TotalMilliseconds, 3);
        Assert.Equal(200, costs.Predict(TimeSpan.FromSeconds(10)).TotalMilliseconds, 3); // not met yet: as much per second
        Assert.Equal(2, costs.Predict(TimeSpan.FromSeconds(0.1)).TotalMilliseconds, 3);
    }

    [Fact]
    public void Predict_LengthsApart_EachHasItsOwnCostAndTheLongerOneDecidesBetween()
    {
        var costs = new StepCosts();
        costs.Observe(TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(20));
        costs.Observe(TimeSpan.FromSeconds(16), TimeSpan.FromMilliseconds(800)); // 50 ms a second

        Assert.Equal(20, costs.Predict(TimeSpan.FromSeconds(1)).TotalMilliseconds, 3);
        Assert.Equal(800, costs.Predict(TimeSpan.FromSeconds(16)).TotalMilliseconds, 3);
        Assert.Equal(200, costs.Predict(TimeSpan.FromSeconds(4)).TotalMilliseconds, 3);
    }

    [Fact]
    public void Observe_Changes_FollowsARiseAtOnceAndAFallSlowly()
    {
        var costs = new StepCosts();
        costs.Observe(TwoSeconds, TimeSpan.FromMilliseconds(40));

        costs.Observe(TwoSeconds, TimeSpan.FromMilliseconds(80));
        Assert.Equal(60, costs.Predict(TwoSeconds).TotalMilliseconds, 3); // half of the way

        costs.Observe(TwoSeconds, TimeSpan.FromMilliseconds(40));
        Assert.Equal(59, costs.Predict(TwoSeconds).TotalMilliseconds, 3); // a twentieth of the way
    }

    [Fact]
    public void Doubt_CostMeasuredUnderLoad_IsTriedAgainInTheEnd()
    {
        var costs = new StepCosts();
        costs.Observe(TwoSeconds, TimeSpan.FromSeconds(4));
        var refusals = 0;
        for (; costs.Predict(TwoSeconds) > TimeSpan.FromSeconds(1); refusals++) costs.Doubt(TwoSeconds);

        Assert.Equal(28, refusals); // 0.95 to the power of 28 is the first below a quarter
    }

    [Theory]
    [InlineData(0.001)]
    [InlineData(120)]
    [InlineData(100_000)]
    public void Predict_AnyLength_IsFinite(double seconds)
    {
        var costs = new StepCosts();
        costs.Observe(TimeSpan.FromSeconds(seconds), TimeSpan.FromMilliseconds(5));

        Assert.Equal(5, costs.Predict(TimeSpan.FromSeconds(seconds)).TotalMilliseconds, 3);
    }

    [Fact]
    public void Reserve_FewDelays_IsTheLongestOfThem()
    {
        var costs = new StepCosts();
        Assert.Equal(TimeSpan.Zero, costs.Reserve(TwoSeconds));
        Delay(costs, -20);
        Assert.Equal(TimeSpan.Zero, costs.Reserve(TwoSeconds)); // early answers lend nothing

        Delay(costs, 12, 30, 7);

        Assert.Equal(30, costs.Reserve(TwoSeconds).TotalMilliseconds, 3);
        Assert.Equal(TimeSpan.Zero, costs.Reserve(TimeSpan.FromSeconds(10))); // another length
    }

    [Fact]
    public void Reserve_ManyDelays_OneInAHundredIsLonger()
    {
        var costs = new StepCosts();
        Delay(costs, [.. Enumerable.Range(1, 200).Select(milliseconds => (double)milliseconds)]);

        Assert.Equal(198, costs.Reserve(TwoSeconds).TotalMilliseconds, 3); // 199 and 200 are longer
    }

    [Fact]
    public void Reserve_TwoHundredLater_IsThatOfTheNewOnes()
    {
        var costs = new StepCosts();
        Delay(costs, 500, 400, 300);
        Delay(costs, [.. Enumerable.Repeat(5.0, 200)]);

        Assert.Equal(5, costs.Reserve(TwoSeconds).TotalMilliseconds, 3);
    }

    [Fact]
    public void Reserve_AnAnswerWasLateOfLate_IsThatOfAllLengthsTogether()
    {
        var costs = new StepCosts();
        Delay(costs, 12, 30, 7);
        costs.ObserveDelay(TimeSpan.FromSeconds(4), TimeSpan.FromMilliseconds(80));
        costs.ObserveAnswer(late: true);

        Assert.Equal(80, costs.Reserve(TwoSeconds).TotalMilliseconds, 3);
        Assert.Equal(80, costs.Reserve(TimeSpan.FromSeconds(10)).TotalMilliseconds, 3); // a length that was not met
        foreach (var _ in Enumerable.Range(0, 96)) costs.ObserveDelay(TimeSpan.FromSeconds(4), TimeSpan.FromMilliseconds(5));
        Assert.Equal(30, costs.Reserve(TimeSpan.FromSeconds(10)).TotalMilliseconds, 3); // of a hundred the second longest
        for (var answer = 0; answer < 200; answer++) costs.ObserveAnswer(late: false);

        Assert.Equal(30, costs.Reserve(TwoSeconds).TotalMilliseconds, 3);
        Assert.Equal(TimeSpan.Zero, costs.Reserve(TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public void Doubt_DelaysMeasuredUnderLoad_AreForgottenOneByOne()
    {
        var costs = new StepCosts();
        Delay(costs, 500, 20);

        costs.Doubt(TwoSeconds);
        Assert.Equal(20, costs.Reserve(TwoSeconds).TotalMilliseconds, 3);
        costs.Doubt(TwoSeconds);
        costs.Doubt(TwoSeconds);
        Assert.Equal(TimeSpan.Zero, costs.Reserve(TwoSeconds));
    }

    private static void Delay(StepCosts costs, params double[] milliseconds)
    {
        foreach (var delay in milliseconds) costs.ObserveDelay(TwoSeconds, TimeSpan.FromMilliseconds(delay));
    }

    [Fact]
    public void Doubt_AnAnswerWasLate_NothingUntilTwoHundredCameInTime()
    {
        var costs = new StepCosts();
        costs.Observe(TwoSeconds, TimeSpan.FromMilliseconds(40));
        costs.ObserveDelay(TwoSeconds, TimeSpan.FromMilliseconds(7));
        costs.ObserveAnswer(late: true);

        for (var answer = 0; answer < 199; answer++) DoubtAndObserve();
        Assert.Equal(40, costs.Predict(TwoSeconds).TotalMilliseconds, 3);
        Assert.Equal(7, costs.Reserve(TwoSeconds).TotalMilliseconds, 3);
        DoubtAndObserve();
        costs.Doubt(TwoSeconds);

        Assert.Equal(38, costs.Predict(TwoSeconds).TotalMilliseconds, 3);
        Assert.Equal(0, costs.Reserve(TwoSeconds).TotalMilliseconds, 3);

        void DoubtAndObserve()
        {
            costs.Doubt(TwoSeconds);
            costs.ObserveAnswer(late: false);
        }
    }

    /// <summary>Requests one after another, each with its budget, whose drafts and steps take now more and now less than usual. With costs that are doubted at once, up to a quarter were late.</summary>
    [Theory]
    [InlineData(15, 0.9)] // a step and its pass: with room for some
    [InlineData(32, 0.05)] // with room for one, most of the time
    [InlineData(60, 0)] // with hardly any
    public void Doubt_BudgetsOfAHundredMilliseconds_AtMostOneInAHundredAnswersIsLate(double step, double leastAdapted)
    {
        const int requests = 3000;
        var random = new Random(1);
        var costs = new StepCosts();
        costs.Observe(TwoSeconds, TimeSpan.FromMilliseconds(70)); // under a load that has gone
        var (late, adapted) = (0, 0);
        for (var request = 0; request < requests; request++)
        {
            var left = 100 - (16 * Varied(0.35));
            var spare = left - (costs.Predict(TwoSeconds).TotalMilliseconds * 4 / 3);
            if (spare < costs.Reserve(TwoSeconds).TotalMilliseconds)
            {
                costs.Doubt(TwoSeconds);
                costs.ObserveAnswer(late: false);
                continue;
            }

            adapted++;
            var slowness = Varied(0.12) * (random.NextDouble() < 0.06 ? 1.5 + (1.5 * random.NextDouble()) : 1);
            costs.Observe(TwoSeconds, TimeSpan.FromMilliseconds(step * slowness));
            left -= step * slowness * 1.43;
            if (left < 0) late++;
            costs.ObserveAnswer(left < 0);
            costs.ObserveDelay(TwoSeconds, TimeSpan.FromMilliseconds(spare - left));
        }

        Assert.InRange((double)late / requests, 0, 0.01);
        Assert.InRange((double)adapted / requests, leastAdapted, 1);

        // Log-normal, median 1.
        double Varied(double deviation) =>
            Math.Exp(deviation * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
    }
}
