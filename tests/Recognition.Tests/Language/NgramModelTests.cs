using Attune.Recognition.Language;

namespace Attune.Recognition.Tests.Language;

public class NgramModelTests
{
    private readonly NgramModel _model = ArpaReader.Read(new StringReader(ArpaFiles.Srilm), "model.arpa");

    [Theory]
    [InlineData("A", -0.4)] // <s> A
    [InlineData("A B", -0.4 - 0.15)] // <s> A B
    [InlineData("A B A", -0.55 - 0.05)] // A B A
    [InlineData("B", -0.3 - 0.5)] // back-off of <s>, then B
    [InlineData("A C", -0.4 - 0.1 - 0.2 - 1.1)] // back-offs of <s> A and A, then C
    [InlineData("C A", -0.3 - 1.1 - 0.7)] // C has no back-off weight: 0
    [InlineData("B A B", -0.8 - 0.2 - 0.3)] // B A has none either, then A B
    public void Score_Words_IsByHand(string words, double expected)
    {
        var state = _model.BeginState;

        Assert.Equal(expected, words.Split(' ').Sum(word => _model.Score(ref state, _model.Find(word))), 5);
    }

    [Fact]
    public void Score_UnknownWordInModelWithout_IsFloorAndForgetsTheContext()
    {
        var state = _model.BeginState;

        Assert.Equal(NgramModel.Log10Floor, _model.Score(ref state, _model.Find("X")));
        Assert.Equal(-0.7, _model.Score(ref state, _model.Find("A")), 5);
    }

    [Fact]
    public void Score_UnknownWordInModelWith_IsItsUnknownWord()
    {
        var model = ArpaReader.Read(new StringReader(ArpaFiles.Letters), "model.arpa");
        var state = model.BeginState;

        Assert.Equal(-0.30103 - 1.2, model.Score(ref state, model.Find("X")), 5);
    }

    [Fact]
    public void Score_ContextAndEndingArePruned_BacksOffAsIfTheyHadWeightZero()
    {
        // Neither "A B", the context, nor "B C", the ending, has an entry.
        var model = ArpaReader.Read(
            new StringReader("\\data\\\nngram 1=3\nngram 2=0\nngram 3=1\n\\1-grams:\n-1 A -0.1\n-1 B -0.2\n-1 C -0.3\n\\2-grams:\n\\3-grams:\n-0.4 A B C\n\\end\\\n"),
            "pruned.arpa");
        var state = NgramModel.EmptyState;

        Assert.Equal(-1, model.Score(ref state, model.Find("A")), 5);
        Assert.Equal(-1.1, model.Score(ref state, model.Find("B")), 5); // back-off of A
        Assert.Equal(-0.4, model.Score(ref state, model.Find("C")), 5);
        Assert.Equal(-1.3, model.Score(ref state, model.Find("A")), 5); // back-off of C alone
    }

    [Fact]
    public void Perplexity_Text_IsByHand()
    {
        var perplexity = NgramPerplexity.Of(_model, [["A", "B"], [], ["X"]]);

        // A B </s>: -0.4 - 0.15, then back-off of A B (0.25) and B </s>; X </s>: the floor, then </s> alone.
        const double known = -0.4 - 0.15 - 0.25 - 0.6 - 0.8;
        Assert.Equal((2, 3L, 1L), (perplexity.Sentences, perplexity.Words, perplexity.UnknownWords));
        Assert.Equal(Math.Pow(10, -known / 4), perplexity.WithoutUnknown, 4);
        Assert.Equal(Math.Pow(10, (99 - known) / 5), perplexity.WithUnknown, 1e-4 * perplexity.WithUnknown);
    }
}
