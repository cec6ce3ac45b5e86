using Attune.Adaptation.Slow;
using Attune.Adaptation.Strategies;

namespace Attune.Adaptation.Tests.Slow;

public sealed class ResetRuleTests
{
    private static readonly ResetRule Dynamic = new(ResetPolicy.Dynamic, new SlowUpdateOptions { ResetWindow = 8, ResetThreshold = 2, ResetPatience = 2 });

    [Fact]
    public void Count_ThroughTheWindow_RemembersAtHalfAndFitsAtTheEnd()
    {
        // By hand: K = 8, so the weights are remembered after the fourth utterance and the fifth to the seventh are collected: -1, -2 and -6 have
        // mean -3 and squares 4 + 1 + 9 = 14 around it, of which the sample variance is 14 / 2.
        double?[] improvements = [null, null, null, null, -1, -2, -6, -100];
        var state = LearningState.New with { LastRevision = 9, Good = [9] };

        var needed = new List<bool>();
        foreach (var improvement in improvements)
        {
            needed.Add(Dynamic.NeedsImprovement(state));
            state = Dynamic.Count(state, improvement);
        }

        Assert.Equal([false, false, false, false, true, true, true, true], needed);
        Assert.Equal(9, state.DomainWeights);
        Assert.Equal(8, state.Utterances);
        Assert.Equal(-3, state.Improvement!.Mean, 1e-12);
        Assert.Equal(Math.Sqrt(7), state.Improvement.Deviation, 1e-12);
        Assert.Empty(state.LossImprovements);
    }

    [Fact]
    public void Count_LossImprovementThatIsNoNumber_IsNotCollected()
    {
        var state = Fill(LearningState.New, [null, null, null, null, -1, double.NaN, -3, null]);

        Assert.Equal(new Gaussian(-2, Math.Sqrt(2)), state.Improvement);
    }

    [Theory]
    [InlineData(0.9, 0)] // z = (0.9 - 0) / (1 / sqrt 4) = 1.8
    [InlineData(1.0, 0)] // exactly at the threshold of 2 does not speak for a reset
    [InlineData(1.1, 1)]
    [InlineData(double.NaN, 1)]
    public void Test_OneBuffer_CountsThoseAbove(double mean, int above)
    {
        var test = Dynamic.Test(Ready(), mean, utterances: 4);

        Assert.Equal(above, test.State.BuffersAbove);
        Assert.False(test.IsReset);
        if (!double.IsNaN(mean)) Assert.Equal(2 * mean, test.StandardErrors!.Value, 1e-12);
    }

    [Fact]
    public void Test_TwoBuffersInARowAbove_Resets()
    {
        var first = Dynamic.Test(Ready(), 1.5, 4);
        var between = Dynamic.Test(first.State, 0.5, 4);
        var second = Dynamic.Test(between.State, 1.5, 4);
        var third = Dynamic.Test(second.State, 1.5, 4);

        Assert.Equal([false, false, false, true], new[] { first, between, second, third }.Select(test => test.IsReset));
    }

    [Fact]
    public void Test_WindowNotFull_TestsNothing()
    {
        var test = Dynamic.Test(LearningState.New with { Utterances = 5, DomainWeights = 1 }, 100, 5);

        Assert.Null(test.StandardErrors);
        Assert.False(test.IsReset);
    }

    [Fact]
    public void Test_Fixed_ResetsWithTheBufferThatReachesTheNumber()
    {
        var rule = new ResetRule(ResetPolicy.Fixed, new SlowUpdateOptions { ResetEvery = 12 });

        var resets = new[] { 0, 5, 6, 7, 10 }.Select(utterances => rule.Test(LearningState.New with { Utterances = utterances }, null, 5).IsReset);

        Assert.Equal([false, false, false, true, true], resets);
    }

    [Theory]
    [InlineData(ResetPolicy.None)]
    [InlineData(ResetPolicy.Oracle)]
    public void Test_NoRuleOfItsOwn_NeverResets(ResetPolicy policy)
    {
        var rule = new ResetRule(policy, new SlowUpdateOptions());

        Assert.False(rule.NeedsImprovement(Ready()));
        Assert.False(rule.Test(Ready() with { Utterances = 1_000_000 }, 100, 5).IsReset);
    }

    private static LearningState Ready() => Fill(LearningState.New, [null, null, null, null, 0, 0, 0, null]) with { Improvement = new Gaussian(0, 1) };

    private static LearningState Fill(LearningState state, double?[] improvements)
    {
        foreach (var improvement in improvements) state = Dynamic.Count(state, improvement);
        return state;
    }
}
