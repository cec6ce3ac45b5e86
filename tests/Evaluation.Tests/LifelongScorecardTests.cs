namespace Attune.Evaluation.Tests;

public sealed class LifelongScorecardTests
{
    [Theory]
    [InlineData(1.0, 1.0, 1.0, 1.0)]
    [InlineData(0.5, 0.5, 0.5, 0.5)]
    [InlineData(0.2, 0.5, 1.0, 0.375)] // 3 / (5 + 2 + 1)
    [InlineData(0.0, 1.0, 1.0, 0.0)]
    [InlineData(0.9, 0.0, 1.0, 0.0)]
    public void Score_ThreeAnswers_IsTheirHarmonicMean(double reliability, double generality, double locality, double score)
    {
        Assert.Equal(score, new LifelongScorecard(reliability, generality, locality).Score, 12);
    }

    [Theory]
    [InlineData(10, 4, 0.6)]
    [InlineData(10, 10, 0.0)]
    [InlineData(10, 13, 0.0)]
    [InlineData(0, 0, 0.0)]
    [InlineData(3, 0, 1.0)]
    public void Improvement_Errors_IsTheShareThatWent(long source, long adapted, double share)
    {
        Assert.Equal(share, LifelongScorecard.Improvement(new ErrorRate(source, 50), new ErrorRate(adapted, 50)), 12);
    }

    [Theory]
    [InlineData("", "", 1.0)]
    [InlineData("ONE TWO", "one, two!", 1.0)]
    [InlineData("FOUR", "", 0.0)]
    [InlineData("", "FOUR", 0.0)]
    [InlineData("FOUR", "FOR", 0.75)]
    [InlineData("FOR", "FOUR", 0.75)]
    public void Similarity_Transcripts_IsWhatStays(string source, string adapted, double share)
    {
        Assert.Equal(share, LifelongScorecard.Similarity(source, adapted), 12);
    }
}
