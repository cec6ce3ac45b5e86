using Attune.Recognition.Acoustic;
using Attune.Recognition.Decoding;
using Attune.Recognition.Language;
using Attune.Recognition.Models;
using Attune.Recognition.Tests.Language;

namespace Attune.Recognition.Tests.Decoding;

public class BeamDecoderTests
{
    private static readonly TimeSpan FrameShift = TimeSpan.FromMilliseconds(20);

    private readonly Vocabulary _vocabulary = SmallVocabulary.Create();

    [Theory]
    [InlineData(0.5)]
    [InlineData(3)]
    [InlineData(12)]
    public void Decode_WidthOneWithoutLanguage_EqualsGreedy(double certainty)
    {
        var greedy = new GreedyDecoder(_vocabulary, FrameShift);
        var beam = new BeamDecoder(_vocabulary, FrameShift, width: 1);
        var random = new Random(1);

        for (var round = 0; round < 500; round++)
        {
            var logits = SmallVocabulary.RandomLogits(random, random.Next(0, 60), certainty);
            var expected = greedy.Decode(logits, TimeSpan.FromSeconds(3));
            var found = Assert.Single(beam.Decode(logits, TimeSpan.FromSeconds(3))).Transcript;

            Assert.Equal(expected.Text, found.Text);
            Assert.Equal(expected.Confidence, found.Confidence, 1e-7); // the greedy decoder subtracts in single precision
            Assert.Equal(expected.Words.Select(word => (word.Text, word.Start, word.End)), found.Words.Select(word => (word.Text, word.Start, word.End)));
            Assert.All(expected.Words.Zip(found.Words), pair => Assert.Equal(pair.First.Confidence, pair.Second.Confidence, 1e-7));
        }
    }

    [Fact]
    public void Decode_WithoutLimits_SumsOverAllAlignments()
    {
        var beam = Unlimited(language: null);
        var random = new Random(2);

        for (var frames = 1; frames <= 6; frames++)
        {
            var logits = SmallVocabulary.RandomLogits(random, frames);
            var expected = SmallVocabulary.Alignments(frames)
                .GroupBy(SmallVocabulary.TextOf, alignment => Probability(logits, alignment))
                .ToDictionary(group => group.Key, group => Math.Log(group.Sum()));
            var found = beam.Decode(logits).ToDictionary(alternative => alternative.Transcript.Text, alternative => alternative.Score);

            Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), found.Keys.Order(StringComparer.Ordinal));
            Assert.All(expected, pair => Assert.Equal(pair.Value, found[pair.Key], 9));
            Assert.Equal(1, found.Values.Sum(Math.Exp), 9);
            Assert.Equal(found.Values.OrderDescending(), found.Values);
        }
    }

    [Fact]
    public void Decode_WithoutLimits_AlignsByTheBestAlignment()
    {
        var beam = Unlimited(language: null);
        var greedy = new GreedyDecoder(_vocabulary, FrameShift);
        var logits = SmallVocabulary.RandomLogits(new Random(3), 6);

        var best = SmallVocabulary.Alignments(6).GroupBy(SmallVocabulary.TextOf).ToDictionary(
            group => group.Key, group => group.MaxBy(alignment => Probability(logits, alignment))!);

        Assert.All(beam.Decode(logits), alternative =>
        {
            var words = greedy.Decode(OneHot(best[alternative.Transcript.Text])).Words;
            Assert.Equal(words.Select(word => (word.Text, word.Start, word.End)), alternative.Transcript.Words.Select(word => (word.Text, word.Start, word.End)));
        });
    }

    [Fact]
    public void Decode_WithLanguage_AddsItsScoreToTheSum()
    {
        var model = ArpaReader.Read(new StringReader(ArpaFiles.Letters), "letters.arpa");
        var weights = new LanguageWeights(0.7, 0.3, -2);
        Hotword[] hotwords = [new("AB", 1.5), new("A B", 0.75), new("BB", -1), new("B A B", 2)];
        var scorer = new LanguageScorer(new LanguageModel(model, _vocabulary), weights, hotwords, _vocabulary);
        var beam = Unlimited(scorer);
        var logits = SmallVocabulary.RandomLogits(new Random(4), 6);

        var found = beam.Decode(logits);

        Assert.True(found.Count > 100);
        Assert.All(found, alternative => Assert.Equal(
            Expected(model, weights, hotwords, alternative.Transcript.Text.Split(' ', StringSplitOptions.RemoveEmptyEntries)), alternative.LanguageScore, 5));
        Assert.Equal(found.OrderByDescending(alternative => alternative.Score), found);
    }

    [Fact]
    public void Decode_TwoAlignmentsTogetherMoreProbable_FindsTheirText()
    {
        // Frame by frame the blank is best (0.4), but "A" has the other alignments A A, A - and - A.
        var beam = new BeamDecoder(_vocabulary, FrameShift, width: 8) { MaxAlternatives = 3 };
        var logits = FromProbabilities([0.4, 0.05, 0.05, 0.35, 0.15], [0.4, 0.05, 0.05, 0.35, 0.15]);

        var found = beam.Decode(logits);

        Assert.Equal("A", found[0].Transcript.Text);
        Assert.Equal(Math.Log((0.35 * 0.35) + (2 * 0.35 * 0.5)), found[0].AcousticScore, 5); // the delimiter and the unknown symbol are gaps here too
    }

    [Fact]
    public void Decode_Hotword_IsFoundThoughBetterPrefixesFillTheBeam()
    {
        var logits = FromProbabilities([0.02, 0.01, 0.01, 0.03, 0.93], [0.02, 0.01, 0.01, 0.3, 0.66], [0.02, 0.01, 0.01, 0.06, 0.9]);
        var scorer = new LanguageScorer(model: null, default, [new Hotword("ab", 6)], _vocabulary);

        Assert.Equal("B", new BeamDecoder(_vocabulary, FrameShift, width: 2).Decode(logits)[0].Transcript.Text);
        Assert.Equal("AB", new BeamDecoder(_vocabulary, FrameShift, width: 2, scorer).Decode(logits)[0].Transcript.Text);
    }

    [Fact]
    public void Decode_TemperatureTwo_IsTheSoftmaxOfHalfTheLogits()
    {
        var logits = SmallVocabulary.RandomLogits(new Random(5), 20);
        var half = new Logits([.. logits.Values.ToArray().Select(value => value / 2)], 5);

        var warm = new BeamDecoder(_vocabulary, FrameShift, width: 16) { Temperature = 2, MaxAlternatives = 4 }.Decode(logits);
        var expected = new BeamDecoder(_vocabulary, FrameShift, width: 16) { MaxAlternatives = 4 }.Decode(half);

        Assert.Equal(expected.Select(found => found.Transcript.Text), warm.Select(found => found.Transcript.Text));
        Assert.Equal(expected[0].AcousticScore, warm[0].AcousticScore, 6);
        Assert.True(warm[0].Transcript.Confidence > expected[0].Transcript.Confidence); // what was heard, whatever the search
    }

    [Fact]
    public void Decode_NoFrames_IsOneEmptyTranscript()
    {
        var found = Assert.Single(new BeamDecoder(_vocabulary, FrameShift, width: 8) { MaxAlternatives = 5 }.Decode(new Logits([], 5)));

        Assert.Equal(Transcript.Empty, found.Transcript);
        Assert.Equal(0, found.Score);
    }

    [Fact]
    public void Decode_LogitsThatAreNoNumbers_GivesSomething()
    {
        var logits = new Logits([.. Enumerable.Repeat(float.NaN, 25)], 5);

        Assert.NotEmpty(new BeamDecoder(_vocabulary, FrameShift, width: 8).Decode(logits));
    }

    private BeamDecoder Unlimited(LanguageScorer? language) => new(_vocabulary, FrameShift, width: 2000, language)
    {
        SymbolFloor = double.NegativeInfinity,
        ScoreGap = double.PositiveInfinity,
        MaxAlternatives = 2000,
    };

    private static double Probability(Logits logits, int[] alignment) =>
        alignment.Select((symbol, frame) => Probability(logits.Frame(frame), symbol)).Aggregate(1.0, (product, probability) => product * probability);

    private static double Probability(ReadOnlySpan<float> logits, int symbol)
    {
        var sum = 0.0;
        foreach (var logit in logits) sum += Math.Exp((double)logit - logits[symbol]);
        return 1 / sum;
    }

    private static Logits OneHot(int[] alignment)
    {
        var values = new float[alignment.Length * 5];
        for (var frame = 0; frame < alignment.Length; frame++) values[(frame * 5) + alignment[frame]] = 9;
        return new Logits(values, 5);
    }

    private static Logits FromProbabilities(params double[][] frames) =>
        new([.. frames.SelectMany(frame => frame.Select(probability => (float)Math.Log(probability)))], 5);

    /// <summary>The language score, word by word and by searching for phrases.</summary>
    private static double Expected(NgramModel model, LanguageWeights weights, Hotword[] hotwords, string[] words)
    {
        var state = model.BeginState;
        var score = 0.0;
        foreach (var word in words)
        {
            score += (weights.Model * Math.Log(10) * model.Score(ref state, model.Find(word))) + weights.WordBonus;
            if (model.Find(word) is null && !hotwords.Any(hotword => hotword.Phrase.Split(' ').Contains(word))) score += weights.UnknownWord;
        }

        score += weights.Model * Math.Log(10) * model.Score(ref state, model.EndId);
        foreach (var hotword in hotwords)
        {
            var phrase = hotword.Phrase.Split(' ');
            for (var start = 0; start + phrase.Length <= words.Length; start++)
            {
                if (words.AsSpan(start, phrase.Length).SequenceEqual(phrase)) score += hotword.Boost;
            }
        }

        return score;
    }
}
