using Attune.Recognition.Language;

namespace Attune.Recognition.Tests.Language;

public class KneserNeyEstimatorTests
{
    private static readonly string[] Digits = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];

    [Theory]
    [InlineData("a", 0.6)] // after <s>: (3 - 1.5) / 3 + 0.5 * 0.2
    [InlineData("a b", 0.6 * 1.3 / 3)] // (2 - 1) / 3 + 0.5 * 0.2
    [InlineData("a c", 0.6 * 0.8 / 3)] // (1 - 0.5) / 3 + 0.5 * 0.2
    [InlineData("b", 0.5 * 0.2)] // not after <s>: its share, and b's number of contexts
    [InlineData("a b b", 0.6 * 1.3 / 3 * 0.5 * 0.2)]
    [InlineData("x", 0.5 * 0.1)] // unknown: what the single words' discounts leave, 0.5, for each of five words
    public void Estimate_ThreeSentences_IsByHand(string words, double expected)
    {
        // Different words before each: a 1 (<s>), b 1, c 1, </s> 2. Counts of counts have gaps, so the discounts are 0.5, 1 and 1.5.
        // Single words: a, b, c = (1 - 0.5) / 5 + 0.5 / 5 = 0.2; </s> = (2 - 1) / 5 + 0.1 = 0.3; unknown 0.1.
        var model = Estimate(2, "a b", "a b", "a c");
        var state = model.BeginState;

        var log10 = words.Split(' ').Sum(word => model.Score(ref state, model.Find(word)));

        Assert.Equal(expected, Math.Pow(10, log10), 6);
    }

    [Fact]
    public void Estimate_ThreeSentences_EndsByHand()
    {
        var model = Estimate(2, "a b", "a b", "a c");
        var state = model.BeginState;
        foreach (var word in new[] { "a", "c" }) model.Score(ref state, model.Find(word));

        Assert.Equal(0.5 + (0.5 * 0.3), Math.Pow(10, model.Score(ref state, model.EndId)), 6);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Estimate_AnyContext_ProbabilitiesSumToOne(int order)
    {
        var random = new Random(order);
        var model = Estimate(order, [.. RandomSentences(random, 300)]);
        var states = new HashSet<int> { model.BeginState, NgramModel.EmptyState };
        foreach (var sentence in RandomSentences(random, 100))
        {
            var state = model.BeginState;
            foreach (var word in sentence.Split(' '))
            {
                model.Score(ref state, model.Find(word));
                states.Add(state);
            }
        }

        Assert.Equal(order, model.Order);
        Assert.All(states, context => Assert.Equal(1, Enumerable.Range(0, model.Words.Count).Where(id => model.Words[id] != "<s>").Sum(id =>
        {
            var state = context;
            return Math.Pow(10, model.Score(ref state, id));
        }), 4));
    }

    [Fact]
    public void Estimate_WrittenAndRead_GivesTheSameScores()
    {
        var model = Estimate(3, [.. RandomSentences(new Random(1), 200)]);
        var written = new StringWriter();
        ArpaWriter.Write(model, written);
        var again = ArpaReader.Read(new StringReader(written.ToString()), "written.arpa");

        string[] sentences = [.. RandomSentences(new Random(2), 50), "one unheard two"];

        Assert.All(sentences, sentence => Assert.Equal(Log10(model, sentence), Log10(again, sentence)));
    }

    [Fact]
    public void Perplexity_TextOfTheDomain_IsLowerThanOfAnother()
    {
        var model = Estimate(3, [.. Enumerable.Range(0, 200).Select(i => $"call {Digits[i % 10]} {Digits[(i + 1) % 10]} now")]);

        var inDomain = NgramPerplexity.Of(model, [["call", "four", "five", "now"]]);
        var outside = NgramPerplexity.Of(model, [["five", "now", "call", "four"]]);

        Assert.True(inDomain.WithUnknown < 4, $"{inDomain.WithUnknown}");
        Assert.True(outside.WithUnknown > 10 * inDomain.WithUnknown, $"{outside.WithUnknown}");
    }

    [Fact]
    public void Discounts_CountsOfCounts_AreByHand()
    {
        var discounts = SmoothingDiscounts.Estimate([10, 5, 3, 2]); // Y = 1/2

        Assert.Equal(0.5, discounts.Once, 9);
        Assert.Equal(1.1, discounts.Twice, 9);
        Assert.Equal(3 - (4 * 0.5 * 2 / 3), discounts.More, 9);
    }

    [Theory]
    [InlineData(0, 5, 3, 2)]
    [InlineData(10, 5, 3, 0)]
    [InlineData(1, 1, 100, 1)] // the second discount would be below 0
    public void Discounts_CountsThatDoNotAllow_AreTheFallback(long once, long twice, long thrice, long four) =>
        Assert.Equal(SmoothingDiscounts.Fallback, SmoothingDiscounts.Estimate([once, twice, thrice, four]));

    [Fact]
    public void Estimate_NoText_SaysSo()
    {
        var estimator = new KneserNeyEstimator(3);
        estimator.Add([]);

        Assert.Contains("needs text", Assert.Throws<LanguageModelException>(estimator.Estimate).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Add_SpecialWord_IsRefused() =>
        Assert.Throws<LanguageModelException>(() => new KneserNeyEstimator(2).Add(["a", "</s>"]));

    [Theory]
    [InlineData(0)]
    [InlineData(6)]
    public void Constructor_OrderOutOfRange_IsRefused(int order) => Assert.Throws<ArgumentOutOfRangeException>(() => new KneserNeyEstimator(order));

    private static NgramModel Estimate(int order, params string[] sentences)
    {
        var estimator = new KneserNeyEstimator(order);
        foreach (var sentence in sentences) estimator.Add(sentence.Split(' '));
        return estimator.Estimate();
    }

    /// <summary>Digits that prefer to follow each other in order.</summary>
    private static IEnumerable<string> RandomSentences(Random random, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var digit = random.Next(10);
            var words = new string[random.Next(1, 8)];
            for (var at = 0; at < words.Length; at++)
            {
                words[at] = Digits[digit];
                digit = random.Next(3) > 0 ? (digit + 1) % 10 : random.Next(10);
            }

            yield return string.Join(' ', words);
        }
    }

    private static double Log10(NgramModel model, string sentence)
    {
        var state = model.BeginState;
        return sentence.Split(' ').Sum(word => model.Score(ref state, model.Find(word))) + model.Score(ref state, model.EndId);
    }
}
