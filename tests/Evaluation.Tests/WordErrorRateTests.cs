namespace Attune.Evaluation.Tests;

public sealed class WordErrorRateTests
{
    [Fact]
    public void Compute_OneOfEach_CountsThreeErrors()
    {
        var alignment = WordErrorRate.Compute("ONE TWO THREE FOUR FIVE", "ONE TOO THREE FIVE SIX");

        Assert.Equal((1, 1, 1), (alignment.Substitutions, alignment.Insertions, alignment.Deletions));
        Assert.Equal(0.6, alignment.ErrorRate.Rate);
    }

    [Fact]
    public void Compute_DiffersInCaseAndPunctuation_IsNoError()
    {
        var alignment = WordErrorRate.Compute("It's twenty-one.", "IT\u2019S TWENTY ONE");

        Assert.Equal(new ErrorRate(0, 3), alignment.ErrorRate);
    }

    [Theory]
    [InlineData("", "", 0, 0)]
    [InlineData("", "ONE TWO", 2, 0)]
    [InlineData("ONE TWO", "", 2, 2)]
    public void Compute_EmptySide_CountsTheOther(string reference, string hypothesis, long errors, long referenceLength)
    {
        Assert.Equal(new ErrorRate(errors, referenceLength), WordErrorRate.Compute(reference, hypothesis).ErrorRate);
    }

    [Fact]
    public void Compute_RandomTexts_AgreesWithAPlainRecursion()
    {
        var random = new Random(31);
        for (var pair = 0; pair < 1000; pair++)
        {
            var (reference, hypothesis) = (RandomText(random), RandomText(random));

            var rate = WordErrorRate.Compute(reference, hypothesis).ErrorRate;

            string[] expected = PlainWords(reference), recognised = PlainWords(hypothesis);
            Assert.Equal(new ErrorRate(Edits(expected, recognised, []), expected.Length), rate);
        }
    }

    /// <summary>The definition of the distance, with what was found already kept.</summary>
    private static int Edits(ReadOnlySpan<string> reference, ReadOnlySpan<string> hypothesis, Dictionary<(int, int), int> known)
    {
        if (reference.IsEmpty || hypothesis.IsEmpty) return reference.Length + hypothesis.Length;
        if (known.TryGetValue((reference.Length, hypothesis.Length), out var edits)) return edits;
        var replaced = Edits(reference[1..], hypothesis[1..], known) + (reference[0] == hypothesis[0] ? 0 : 1);
        var deleted = Edits(reference[1..], hypothesis, known) + 1;
        var inserted = Edits(reference, hypothesis[1..], known) + 1;
        return known[(reference.Length, hypothesis.Length)] = Math.Min(replaced, Math.Min(deleted, inserted));
    }

    private static string[] PlainWords(string text) =>
        text.ToUpperInvariant().Split([' ', ',', '.'], StringSplitOptions.RemoveEmptyEntries);

    private static string RandomText(Random random)
    {
        string[] words = ["one", "ONE", "Two", "three", "oh"], between = [" ", "  ", ", ", ". "];
        return string.Concat(Enumerable.Range(0, random.Next(15)).Select(_ => words[random.Next(5)] + between[random.Next(4)]));
    }
}
