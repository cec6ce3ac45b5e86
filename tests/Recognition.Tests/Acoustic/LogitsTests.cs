using Attune.Recognition.Acoustic;

namespace Attune.Recognition.Tests.Acoustic;

public sealed class LogitsTests
{
    [Fact]
    public void Constructor_PartOfAFrame_SaysBothNumbers()
    {
        var exception = Assert.Throws<ArgumentException>(() => new Logits(new float[7], 3));

        Assert.Contains("7 values", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void BlankRatio_TwoOfThreeFramesBlank_IsTwoThirds()
    {
        var logits = new Logits([1, 0, 0, 1, 5, 4], 2);

        Assert.Equal(2.0 / 3, logits.BlankRatio(blankId: 0), 12);
    }

    [Fact]
    public void MostProbable_EqualLogits_IsTheFirst() => Assert.Equal(1, new Logits([0, 2, 2], 3).MostProbable(0));

    [Theory]
    [InlineData(1f, true)]
    [InlineData(float.NaN, false)]
    [InlineData(float.PositiveInfinity, false)]
    public void AreFinite_OneValue_SaysWhetherItIsANumber(float value, bool expected) =>
        Assert.Equal(expected, new Logits([0, value], 2).AreFinite);
}
