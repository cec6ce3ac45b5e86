namespace Attune.Evaluation.Tests;

public sealed class WordErrorRateTests
{
    [Fact]
    public void Compute_OneOfEach_CountsThreeErrors()
    {
        var alignment = WordErrorRate.Compute("ONE TWO THREE FOUR FIVE", "ONE TOO THREE FIVE SIX");

        Assert.Equal((1, 1, 1), (alignment.Substitutions, alignment.Insertions, alignment.Deletions));
        Assert.Equal(0.6, alignment.ErrorRate.Rate);
    }

    [Fact]
    public void Compute_DiffersInCaseAndPunctuation_IsNoError()
    {
        var alignment = WordErrorRate.Compute("It's twenty-one.", "IT\u2019S TWENTY ONE");

        Assert.Equal(new ErrorRate(0, 3), alignment.ErrorRate);
    }

    [Theory]
    [InlineData("", "", 0, 0)]
    [InlineData("", "ONE TWO", 2, 0)]
    [InlineData("ONE TWO", "", 2, 2)]
    public void Compute_EmptySide_CountsTheOther(string reference, string hypothesis, long errors, long referenceLength)
    {
        Assert.Equal(new ErrorRate(errors, referenceLength), WordErrorRate.Compute(reference, hypothesis).ErrorRate);
    }
}
