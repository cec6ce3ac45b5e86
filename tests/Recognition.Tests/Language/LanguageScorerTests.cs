using Attune.Recognition.Language;
using Attune.Recognition.Models;
using Attune.Recognition.Tests.Decoding;

namespace Attune.Recognition.Tests.Language;

public class LanguageScorerTests
{
    private readonly Vocabulary _vocabulary = SmallVocabulary.Create();

    [Fact]
    public void Score_BeginningOfAHotword_IsWorthItsShare()
    {
        var scorer = Hotwords(new Hotword("AB", 6));

        Assert.Equal([2, 4, 6], Scores(scorer, "AB|"));
    }

    [Fact]
    public void Score_HotwordThatDoesNotGoOn_TakesItsShareBack()
    {
        var scorer = Hotwords(new Hotword("AB", 6));

        Assert.Equal([2, 0, 0], Scores(scorer, "AA|"));
        Assert.Equal([2, 4, 0, 0], Scores(scorer, "ABA|")); // longer than the hotword
        Assert.Equal([0, 0, 0, 0], Scores(scorer, "BAB|")); // not at the beginning of a word
    }

    [Fact]
    public void Score_PhraseThatBreaksIntoAnother_GoesOnWithThat()
    {
        var scorer = Hotwords(new Hotword("A B A", 6), new Hotword("B B", 4));

        // After the second B, "B B" has three of its four symbols; complete, its last word may begin another.
        Assert.Equal([1, 2, 3, 4, 3, 6], Scores(scorer, "A|B|B|"));
    }

    [Fact]
    public void Score_HotwordInsideAnother_CountsToo()
    {
        var scorer = Hotwords(new Hotword("A", 2), new Hotword("A B", 4));

        Assert.Equal(6, Scores(scorer, "A|B|")[^1]);
    }

    [Fact]
    public void Score_SameHotwordTwice_TakesTheLastBoost() => Assert.Equal(1, Scores(Hotwords(new Hotword("A", 2), new Hotword("a", 1)), "A|")[^1]);

    [Fact]
    public void Finish_UnfinishedPhrase_IsWorthNothing()
    {
        var scorer = Hotwords(new Hotword("A B", 4), new Hotword("A", 1));
        var state = scorer.Next(scorer.Begin, SmallVocabulary.A);

        Assert.Equal(1, scorer.Finish(state, isInWord: true));
    }

    [Theory]
    [InlineData("X")]
    [InlineData(" ")]
    [InlineData("A|B")]
    [InlineData("<unk>")]
    public void Constructor_HotwordThatCannotBeSpelled_IsRefused(string phrase) =>
        Assert.Contains($"Given: '{phrase}'", Assert.Throws<ArgumentException>(() => Hotwords(new Hotword(phrase, 1))).Message, StringComparison.Ordinal);

    [Fact]
    public void Score_UnknownWord_IsPunishedAsSoonAsItCanBeNoOther()
    {
        var model = new LanguageModel(ArpaReader.Read(new StringReader(ArpaFiles.Letters), "letters.arpa"), _vocabulary);
        var scorer = new LanguageScorer(model, new LanguageWeights(0, 0, -5), [new Hotword("BBA", 0)], _vocabulary);

        Assert.Equal([0, 0, -5, -5, -5], Scores(scorer, "ABB|A")); // A and AB are words
        Assert.Equal([0, 0, 0, 0], Scores(scorer, "BBA|")); // a hotword
        Assert.Equal([0, 0, -5], Scores(scorer, "BB|")); // the beginning of one
    }

    private LanguageScorer Hotwords(params Hotword[] hotwords) => new(model: null, default, hotwords, _vocabulary);

    private static double[] Scores(LanguageScorer scorer, string symbols)
    {
        var state = scorer.Begin;
        return [.. symbols.Select(symbol =>
        {
            state = scorer.Next(state, symbol == '|' ? SmallVocabulary.Delimiter : symbol == 'A' ? SmallVocabulary.A : SmallVocabulary.B);
            return Math.Round(scorer.ScoreOf(state), 9);
        })];
    }
}
