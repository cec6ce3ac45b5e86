using Attune.Recognition.Acoustic;
using Attune.Recognition.Decoding;
using Attune.Recognition.Language;
using Attune.Recognition.Models;
using Attune.Recognition.Tests.Language;

namespace Attune.Recognition.Tests.Decoding;

public class LanguageLogitsTests
{
    private const int Blank = SmallVocabulary.Blank, Delimiter = SmallVocabulary.Delimiter, A = SmallVocabulary.A, B = SmallVocabulary.B;

    private readonly Vocabulary _vocabulary = SmallVocabulary.Create();

    [Fact]
    public void Along_Hotword_IsWhatEachSymbolWouldAdd()
    {
        // A beginning of "AB" is worth 2 and 4 of its boost, "AB|" all 6. A symbol that writes nothing adds nothing: the one of the frame before, a delimiter at a gap.
        var language = new LanguageLogits(_vocabulary, new LanguageScorer(model: null, default, [new Hotword("AB", 6)], _vocabulary), width: 5);

        var values = language.Along(Sure(Blank, A, A, B, Delimiter, Delimiter, A));

        Assert.Equal(
            [
                0, 0, 0, 2, 0, // nothing written
                0, 0, 0, 2, 0,
                0, 0, -2, 0, 2, // A
                0, 0, -2, 0, 2,
                0, 0, 2, -4, 0, // AB
                0, 0, 0, 2, 0, // AB|
                0, 0, 0, 2, 0,
            ],
            values.Select(value => MathF.Round(value, 5)));
    }

    [Fact]
    public void Along_AnyAlignment_AddsUpToTheScoreOfItsText()
    {
        var model = new LanguageModel(ArpaReader.Read(new StringReader(ArpaFiles.Letters), "letters.arpa"), _vocabulary);
        var scorer = new LanguageScorer(model, new LanguageWeights(0.7, 0.3, -2), [new Hotword("AB", 1.5), new Hotword("B A", 1)], _vocabulary);
        var language = new LanguageLogits(_vocabulary, scorer, width: 5);
        var random = new Random(1);

        for (var round = 0; round < 200; round++)
        {
            var text = Text(random);
            var alignment = Align(text, random);
            var values = language.Along(Sure(alignment));

            var state = scorer.Begin;
            foreach (var symbol in text) state = scorer.Next(state, symbol);
            Assert.Equal(scorer.ScoreOf(state), alignment.Select((symbol, frame) => (double)values[(frame * _vocabulary.Count) + symbol]).Sum(), 4);
        }
    }

    [Fact]
    public void Along_SoundIsUndecided_FollowsTheTranscriptOfTheLanguage()
    {
        // B is a little more probable than A at first; the hotword "A B" turns that round, and then a second word B has its share to come.
        var scorer = new LanguageScorer(model: null, default, [new Hotword("A B", 8)], _vocabulary);
        var logits = new Logits([0, 0, 0, 8, 8.2f, 0, 0, 12, 0, 0, 0, 0, 0, 0, 12], 5);

        var values = new LanguageLogits(_vocabulary, scorer, width: 5).Along(logits);

        Assert.Equal(2, values[10 + B], 5);
    }

    [Fact]
    public void Along_NoFramesOrNoNumbers_IsNothingOrGoesThrough()
    {
        var language = new LanguageLogits(_vocabulary, new LanguageScorer(model: null, default, [new Hotword("AB", 6)], _vocabulary), width: 5);

        Assert.Empty(language.Along(new Logits([], 5)));
        Assert.Equal(15, language.Along(new Logits([.. Enumerable.Repeat(float.NaN, 15)], 5)).Length);
    }

    [Theory]
    [InlineData(false, 0.6, false)]
    [InlineData(true, 0, false)]
    [InlineData(true, 0.6, true)]
    public void Create_OnlyWithALanguageModelThatCounts(bool hasModel, double weight, bool expected)
    {
        using var model = Model.Open(RepositoryFiles.Golden("tiny-group"));
        var background = hasModel ? ArpaReader.Read(new StringReader(ArpaFiles.Letters), "letters.arpa") : null;
        var decoders = new BeamDecoders(model, new DecodingOptions { LanguageModelWeight = weight }, background);

        Assert.Equal(expected, decoders.CreateLanguageLogits(beamWidth: 5) is not null);
    }

    /// <summary>Logits that leave no doubt of an alignment.</summary>
    private static Logits Sure(params int[] alignment) =>
        new([.. alignment.SelectMany(symbol => Enumerable.Range(0, 5).Select(other => other == symbol ? 60f : 0))], 5);

    /// <summary>One to three words of one to three letters, without a delimiter at the end.</summary>
    private static int[] Text(Random random)
    {
        var symbols = new List<int>();
        for (var words = random.Next(1, 4); words > 0; words--)
        {
            for (var letters = random.Next(1, 4); letters > 0; letters--) symbols.Add(random.Next(2) == 0 ? A : B);
            if (words > 1) symbols.Add(Delimiter);
        }

        return [.. symbols];
    }

    /// <summary>Symbols that last for one or two frames, with blanks where they are needed and in some other places.</summary>
    private static int[] Align(int[] text, Random random)
    {
        var frames = new List<int>();
        foreach (var symbol in text)
        {
            if (random.Next(3) == 0 || (frames.Count > 0 && frames[^1] == symbol)) frames.Add(Blank);
            frames.AddRange(Enumerable.Repeat(symbol, random.Next(1, 3)));
        }

        return [.. frames];
    }
}
