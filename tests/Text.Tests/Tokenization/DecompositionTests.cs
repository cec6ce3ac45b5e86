using Attune.Text.Tokenization;

namespace Attune.Text.Tests.Tokenization;

public sealed class DecompositionTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("é", "e\u0301")]
    [InlineData("\u1EAD", "a\u0323\u0302")] // two steps: a with dot below, then circumflex
    [InlineData("한글", "\u1112\u1161\u11ab\u1100\u1173\u11af")]
    [InlineData("가", "\u1100\u1161")]
    [InlineData("ß漢😀", "ß漢😀")]
    [InlineData("\U0001D15E", "\U0001D157\U0001D165")]
    public void Apply_Text_TakesLettersApart(string text, string expected) => Assert.Equal(expected, Decomposition.Apply(text));
}
