namespace Attune.Evaluation.Tests;

public sealed class EditCountsTests
{
    [Fact]
    public void Of_TwoUtterances_AddUpByKind()
    {
        var first = EditCounts.Of(WordErrorRate.Compute("ONE TWO THREE FOUR FIVE", "ONE TOO THREE FIVE SIX"));
        var second = EditCounts.Of(WordErrorRate.Compute("ONE", "ONE ONE"));

        var both = first + second;

        Assert.Equal(new EditCounts(1, 1, 1, 5), first);
        Assert.Equal(new EditCounts(1, 2, 1, 6), both);
        Assert.Equal(4, both.Errors);
        Assert.Equal(first.ErrorRate + second.ErrorRate, both.ErrorRate);
    }
}
