namespace Attune.Evaluation.Tests;

public sealed class CharacterErrorRateTests
{
    [Theory]
    [InlineData("kitten", "sitting", 3, 6)]
    [InlineData("ONE TWO", "ONETWO", 1, 7)]
    [InlineData("ONE, TWO", "one two", 0, 7)]
    [InlineData("\U0001D400B", "B", 1, 2)]
    [InlineData("", "AB", 2, 0)]
    [InlineData("AB", "", 2, 2)]
    [InlineData("", "", 0, 0)]
    public void Compute_HandCase_CountsEditsAndCharacters(string reference, string hypothesis, long errors, long referenceLength)
    {
        Assert.Equal(new ErrorRate(errors, referenceLength), CharacterErrorRate.Compute(reference, hypothesis));
    }
}
