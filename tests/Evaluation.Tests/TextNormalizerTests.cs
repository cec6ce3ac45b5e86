namespace Attune.Evaluation.Tests;

public sealed class TextNormalizerTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData(" \t\r\n", "")]
    [InlineData("...", "")]
    [InlineData("one two", "ONE TWO")]
    [InlineData("  one \t two\nthree ", "ONE TWO THREE")]
    [InlineData("Hello, world!", "HELLO WORLD")]
    [InlineData("twenty-one", "TWENTY ONE")]
    [InlineData("one\u2014two", "ONE TWO")]
    [InlineData("U.S.", "U S")]
    [InlineData("3.5 % of 10", "3 5 OF 10")]
    [InlineData("don't", "DON'T")]
    [InlineData("don\u2019t", "DON'T")]
    [InlineData("don\u02BCt", "DON'T")]
    [InlineData("O\u2018Brien\uFF07s", "O'BRIEN'S")]
    [InlineData("the boys' 'tis", "THE BOYS TIS")]
    [InlineData("'quoted words'", "QUOTED WORDS")]
    [InlineData("a''b", "A B")]
    [InlineData("a' b", "A B")]
    [InlineData("' '", "")]
    [InlineData("caf\u00E9", "CAF\u00C9")]
    [InlineData("cafe\u0301", "CAFE\u0301")]
    [InlineData("straße", "STRAßE")]
    [InlineData("co\u00ADop\u200B", "COOP")]
    [InlineData("x\u0323y", "X\u0323Y")]
    [InlineData("नमस्ते", "नमस्ते")]
    [InlineData("<s>|</s>", "S S")]
    public void Normalize_Text_GivesComparableForm(string text, string expected)
    {
        Assert.Equal(expected, TextNormalizer.Normalize(text));
        Assert.Equal(expected, TextNormalizer.Normalize(expected));
    }

    [Fact]
    public void Words_Text_GivesTheWordsOfTheNormalizedText()
    {
        Assert.Equal(["IT'S", "NINE", "SIX"], TextNormalizer.Words("It's nine-six."));
    }

    [Fact]
    public void Normalize_LoneSurrogate_SeparatesWords()
    {
        Assert.Equal("A B", TextNormalizer.Normalize("a\uD800b"));
    }
}
