using Attune.Recognition.Language;
using Attune.Recognition.Models;
using Attune.Recognition.Tests.Decoding;

namespace Attune.Recognition.Tests.Language;

public class LanguageModelTests
{
    private readonly Vocabulary _vocabulary = SmallVocabulary.Create();

    [Fact]
    public void Score_TwoModels_IsTheirMixture()
    {
        var background = Unigrams(("A", 0.5), ("B", 0.25), ("</s>", 0.25));
        var domain = Unigrams(("A", 0.1), ("AB", 0.6), ("</s>", 0.3));
        var mixture = new LanguageModel(new LanguageModel(background, _vocabulary), domain, 0.75, _vocabulary);

        Assert.Equal((0.75 * 0.1) + (0.25 * 0.5), Probability(mixture, SmallVocabulary.A), 5);
        Assert.Equal(0.25 * 0.25, Probability(mixture, SmallVocabulary.B), 5); // only the background has it
        Assert.Equal(0.75 * 0.6, Probability(mixture, SmallVocabulary.A, SmallVocabulary.B), 5);
        Assert.Equal((0.75 * 0.3) + (0.25 * 0.25), Math.Exp(mixture.ScoreEnd(mixture.Begin)), 5);
    }

    [Fact]
    public void Constructor_WordsInAnotherCase_AreFound()
    {
        var model = new LanguageModel(Unigrams(("a", 0.5), ("</s>", 0.5)), _vocabulary);

        Assert.Equal(0.5, Probability(model, SmallVocabulary.A), 5);
    }

    [Fact]
    public void Constructor_NoWordCanBeSpelled_SaysSo() =>
        Assert.Contains("symbols", Assert.Throws<ArgumentException>(() => new LanguageModel(Unigrams(("x", 0.5), ("</s>", 0.5)), _vocabulary)).Message, StringComparison.Ordinal);

    private static double Probability(LanguageModel model, params int[] symbols)
    {
        var state = model.Begin;
        return Math.Exp(model.Score(ref state, symbols.Aggregate(model.BeginWord, model.Next)));
    }

    private static NgramModel Unigrams(params (string Word, double Probability)[] words)
    {
        var lines = words.Select(word => FormattableString.Invariant($"{Math.Log10(word.Probability)}\t{word.Word}"));
        return ArpaReader.Read(new StringReader($"\\data\\\nngram 1={words.Length}\n\\1-grams:\n{string.Join('\n', lines)}\n\\end\\\n"), "unigrams.arpa");
    }
}
