namespace Attune.Evaluation.Tests;

public sealed class TranscriptSimilarityTests
{
    [Theory]
    [InlineData("one two", "one two", 1)]
    [InlineData("one two", "One, two.", 1)]
    [InlineData("one", "one two", 3 / 7.0)]
    [InlineData("abcd", "abxd", 0.75)]
    [InlineData("one", "", 0)]
    [InlineData("", "", 1)]
    public void Value_TwoTranscripts_IsTheShareOfTheLongerThatIsLeft(string before, string after, double expected)
    {
        Assert.Equal(expected, TranscriptSimilarity.Compute(before, after).Value, 1e-12);
        Assert.Equal(expected, TranscriptSimilarity.Compute(after, before).Value, 1e-12);
    }

    [Fact]
    public void Add_Pairs_CountByTheirLongerLength()
    {
        var sum = TranscriptSimilarity.Compute("abcd", "abxd") + TranscriptSimilarity.Compute("ab", "");

        Assert.Equal(new TranscriptSimilarity(3, 6), sum);
        Assert.Equal(0.5, sum.Value);
    }
}
