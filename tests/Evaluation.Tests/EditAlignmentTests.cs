namespace Attune.Evaluation.Tests;

public sealed class EditAlignmentTests
{
    [Theory]
    [InlineData("", "", "")]
    [InlineData("A B C", "A B C", "M M M")]
    [InlineData("A B C", "A X C", "M S M")]
    [InlineData("A B C", "A C", "M D M")]
    [InlineData("A C", "A B C", "M I M")]
    [InlineData("", "A B", "I I")]
    [InlineData("A B", "", "D D")]
    [InlineData("A B C D", "B C D E", "D M M M I")]
    // Ties: most matches first, then from the left match or substitute, delete, insert.
    [InlineData("A B", "B C", "D M I")]
    [InlineData("ONE", "ONE ONE", "M I")]
    [InlineData("ONE ONE", "ONE", "M D")]
    [InlineData("A", "B C", "S I")]
    [InlineData("A B", "C", "S D")]
    public void Compute_HandCase_GivesExpectedSteps(string reference, string hypothesis, string steps)
    {
        var alignment = EditAlignment.Compute(Split(reference), Split(hypothesis));

        Assert.Equal(steps, string.Join(' ', alignment.Operations.Select(operation => operation.Kind.ToString()[0])));
    }

    [Fact]
    public void Compute_EveryKind_FillsTheTokensThatExist()
    {
        var alignment = EditAlignment.Compute(["A", "B", "C", "D"], ["A", "X", "C", "D", "E"]);

        Assert.Equal(
            [
                new EditOperation(EditKind.Match, "A", "A"),
                new EditOperation(EditKind.Substitute, "B", "X"),
                new EditOperation(EditKind.Match, "C", "C"),
                new EditOperation(EditKind.Match, "D", "D"),
                new EditOperation(EditKind.Insert, null, "E"),
            ],
            alignment.Operations);
        Assert.Equal((3, 1, 1, 0), (alignment.Matches, alignment.Substitutions, alignment.Insertions, alignment.Deletions));
        Assert.Equal(new ErrorRate(2, 4), alignment.ErrorRate);
    }

    [Fact]
    public void Compute_TokensDifferInCase_AreNotEqual()
    {
        var alignment = EditAlignment.Compute(["one"], ["ONE"]);

        Assert.Equal(1, alignment.Substitutions);
    }

    [Fact]
    public void Changes_SeveralStretches_AreJoinedAndPlaced()
    {
        var alignment = EditAlignment.Compute(Split("MINE SICKS TWO FOR UH SEVEN"), Split("NINE SIX TWO FOUR SEVEN OH"));

        Assert.Collection(
            alignment.Changes,
            change => AssertChange(change, 0, 0, "MINE SICKS", "NINE SIX"),
            change => AssertChange(change, 3, 3, "FOR UH", "FOUR"),
            change => AssertChange(change, 6, 5, "", "OH"));
    }

    [Fact]
    public void Changes_EqualSequences_IsEmpty()
    {
        var alignment = EditAlignment.Compute(["ONE", "TWO"], ["ONE", "TWO"]);

        Assert.Empty(alignment.Changes);
    }

    [Fact]
    public void Compute_RandomPairs_AgreesWithPlainTableAndKeepsItsContract()
    {
        var random = new Random(20240917);
        for (var pair = 0; pair < 1000; pair++)
        {
            // Few symbols, so that ties are frequent.
            var reference = RandomTokens(random);
            var hypothesis = RandomTokens(random);

            var alignment = EditAlignment.Compute(reference, hypothesis);
            var swapped = EditAlignment.Compute(hypothesis, reference);

            var expected = PlainTable(reference, hypothesis);
            Assert.Equal(expected.Distance, alignment.Distance);
            Assert.Equal(expected.Matches, alignment.Matches);
            Assert.Equal(alignment.Distance, alignment.Operations.Count(operation => operation.Kind != EditKind.Match));
            Assert.Equal(alignment.Distance, EditDistance.Compute<string>(reference, hypothesis));
            Assert.Equal(reference.Length, alignment.ReferenceLength);

            Assert.Equal(reference, alignment.Operations.Select(operation => operation.Reference).OfType<string>());
            Assert.Equal(hypothesis, alignment.Operations.Select(operation => operation.Hypothesis).OfType<string>());
            Assert.All(alignment.Operations, AssertConsistent);
            AssertChangesRebuild(reference, hypothesis, alignment.Changes);

            Assert.Equal(
                (alignment.Matches, alignment.Substitutions, alignment.Insertions, alignment.Deletions),
                (swapped.Matches, swapped.Substitutions, swapped.Deletions, swapped.Insertions));
        }
    }

    /// <summary>The textbook table from the front, with (fewest edits, most matches) kept as a pair.</summary>
    private static (int Distance, int Matches) PlainTable(string[] reference, string[] hypothesis)
    {
        var table = new (int Distance, int Matches)[reference.Length + 1, hypothesis.Length + 1];
        for (var i = 0; i <= reference.Length; i++)
        {
            for (var j = 0; j <= hypothesis.Length; j++)
            {
                var choices = new List<(int Distance, int Matches)>();
                if (i == 0 && j == 0) choices.Add((0, 0));
                if (i > 0) choices.Add((table[i - 1, j].Distance + 1, table[i - 1, j].Matches));
                if (j > 0) choices.Add((table[i, j - 1].Distance + 1, table[i, j - 1].Matches));
                if (i > 0 && j > 0)
                {
                    var (distance, matches) = table[i - 1, j - 1];
                    choices.Add(reference[i - 1] == hypothesis[j - 1] ? (distance, matches + 1) : (distance + 1, matches));
                }

                table[i, j] = choices.OrderBy(choice => choice.Distance).ThenByDescending(choice => choice.Matches).First();
            }
        }

        return table[reference.Length, hypothesis.Length];
    }

    private static void AssertConsistent(EditOperation operation)
    {
        var expected = operation switch
        {
            (_, null, not null) => EditKind.Insert,
            (_, not null, null) => EditKind.Delete,
            _ when operation.Reference == operation.Hypothesis => EditKind.Match,
            _ => EditKind.Substitute,
        };
        Assert.Equal(expected, operation.Kind);
    }

    /// <summary>Putting every change into the reference, last first, gives the hypothesis.</summary>
    private static void AssertChangesRebuild(string[] reference, string[] hypothesis, IReadOnlyList<EditChange> changes)
    {
        var rebuilt = reference.ToList();
        foreach (var change in changes.Reverse())
        {
            Assert.Equal(change.Reference, rebuilt.Skip(change.ReferenceStart).Take(change.Reference.Count));
            Assert.Equal(change.Hypothesis, hypothesis.Skip(change.HypothesisStart).Take(change.Hypothesis.Count));
            rebuilt.RemoveRange(change.ReferenceStart, change.Reference.Count);
            rebuilt.InsertRange(change.ReferenceStart, change.Hypothesis);
        }

        Assert.Equal(hypothesis, rebuilt);
    }

    private static void AssertChange(EditChange change, int referenceStart, int hypothesisStart, string reference, string hypothesis)
    {
        Assert.Equal((referenceStart, hypothesisStart), (change.ReferenceStart, change.HypothesisStart));
        Assert.Equal(reference, string.Join(' ', change.Reference));
        Assert.Equal(hypothesis, string.Join(' ', change.Hypothesis));
    }

    private static string[] RandomTokens(Random random) =>
        [.. Enumerable.Range(0, random.Next(13)).Select(_ => "ABCDE"[random.Next(5)].ToString())];

    private static string[] Split(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
