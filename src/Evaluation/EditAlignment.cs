namespace Attune.Evaluation;

/// <summary>The cheapest way to turn one sequence of tokens into another, with every insertion, deletion and substitution costing 1.</summary>
/// <remarks>
/// <para>
/// Of all alignments with the fewest edits, the one with the most matches is taken: "A B" against "B C" is a deletion and an
/// insertion around a kept B, not two substitutions. This makes every count a function of the two sequences alone, and swapping
/// the sequences swaps <see cref="Insertions"/> with <see cref="Deletions"/> and changes no other count.
/// </para>
/// <para>
/// What ties remain are resolved from the first token on: match or substitute before delete before insert. "ONE" against
/// "ONE ONE" is therefore a match, then an insertion.
/// </para>
/// <para>Immutable. Tokens are compared ordinally; normalise them first (<see cref="TextNormalizer"/>).</para>
/// </remarks>
public sealed class EditAlignment
{
    private EditAlignment(IReadOnlyList<EditOperation> operations)
    {
        Operations = operations;
        Matches = operations.Count(operation => operation.Kind == EditKind.Match);
        Substitutions = operations.Count(operation => operation.Kind == EditKind.Substitute);
        Insertions = operations.Count(operation => operation.Kind == EditKind.Insert);
        Deletions = operations.Count(operation => operation.Kind == EditKind.Delete);
        Changes = FindChanges(operations);
    }

    /// <summary>The steps in order; their tokens, nulls left out, spell both sequences.</summary>
    public IReadOnlyList<EditOperation> Operations { get; }

    /// <summary>The steps that are no match, with neighbours joined, in order; empty if the sequences are equal.</summary>
    public IReadOnlyList<EditChange> Changes { get; }

    /// <summary>Tokens that are the same.</summary>
    public int Matches { get; }

    /// <summary>Reference tokens that became another token.</summary>
    public int Substitutions { get; }

    /// <summary>Hypothesis tokens that the reference lacks.</summary>
    public int Insertions { get; }

    /// <summary>Reference tokens that the hypothesis lacks.</summary>
    public int Deletions { get; }

    /// <summary>Edits of any kind: the Levenshtein distance.</summary>
    public int Distance => Substitutions + Insertions + Deletions;

    /// <summary>Tokens of the reference.</summary>
    public int ReferenceLength => Matches + Substitutions + Deletions;

    /// <summary><see cref="Distance"/> against <see cref="ReferenceLength"/>.</summary>
    public ErrorRate ErrorRate => new(Distance, ReferenceLength);

    /// <summary>Aligns two sequences of n and m tokens in O(n m) time and n m bytes: 81 MB for two transcripts of 9,000 words.</summary>
    /// <param name="reference">What should have been recognised, or the draft.</param>
    /// <param name="hypothesis">What was recognised, or the final.</param>
    public static EditAlignment Compute(IReadOnlyList<string> reference, IReadOnlyList<string> hypothesis)
    {
        ArgumentNullException.ThrowIfNull(reference);
        ArgumentNullException.ThrowIfNull(hypothesis);
        return new EditAlignment(Follow(reference, hypothesis, ChooseSteps(reference, hypothesis)));
    }

    /// <summary>The first step of the best alignment of each pair of suffixes, <c>[i, j]</c> being reference[i..] and hypothesis[j..].</summary>
    private static EditKind[,] ChooseSteps(IReadOnlyList<string> reference, IReadOnlyList<string> hypothesis)
    {
        // One edit outweighs any number of substitutions' surcharges, so fewest edits comes first and most matches second:
        // with the number of edits and both lengths given, fewer substitutions means more matches.
        var edit = Math.Min(reference.Count, hypothesis.Count) + 1L;
        var steps = new EditKind[reference.Count, hypothesis.Count];
        var below = new long[hypothesis.Count + 1];
        for (var j = 0; j < below.Length; j++)
            below[j] = edit * (hypothesis.Count - j);

        var costs = new long[below.Length];
        for (var i = reference.Count - 1; i >= 0; i--)
        {
            costs[^1] = edit * (reference.Count - i);
            for (var j = hypothesis.Count - 1; j >= 0; j--)
            {
                var equal = string.Equals(reference[i], hypothesis[j], StringComparison.Ordinal);
                var diagonal = below[j + 1] + (equal ? 0 : edit + 1);
                var delete = below[j] + edit;
                var insert = costs[j + 1] + edit;
                costs[j] = Math.Min(diagonal, Math.Min(delete, insert));
                steps[i, j] = costs[j] == diagonal ? (equal ? EditKind.Match : EditKind.Substitute)
                    : costs[j] == delete ? EditKind.Delete
                    : EditKind.Insert;
            }

            (below, costs) = (costs, below);
        }

        return steps;
    }

    private static List<EditOperation> Follow(IReadOnlyList<string> reference, IReadOnlyList<string> hypothesis, EditKind[,] steps)
    {
        var operations = new List<EditOperation>(Math.Max(reference.Count, hypothesis.Count));
        int i = 0, j = 0;
        while (i < reference.Count || j < hypothesis.Count)
        {
            var kind = i == reference.Count ? EditKind.Insert
                : j == hypothesis.Count ? EditKind.Delete
                : steps[i, j];
            operations.Add(new EditOperation(
                kind,
                kind == EditKind.Insert ? null : reference[i++],
                kind == EditKind.Delete ? null : hypothesis[j++]));
        }

        return operations;
    }

    private static List<EditChange> FindChanges(IReadOnlyList<EditOperation> operations)
    {
        var changes = new List<EditChange>();
        int i = 0, j = 0, next = 0;
        while (next < operations.Count)
        {
            if (operations[next].Kind == EditKind.Match)
            {
                i++;
                j++;
                next++;
                continue;
            }

            var run = operations.Skip(next).TakeWhile(operation => operation.Kind != EditKind.Match).ToList();
            var change = new EditChange(
                i,
                j,
                [.. run.Select(operation => operation.Reference).OfType<string>()],
                [.. run.Select(operation => operation.Hypothesis).OfType<string>()]);
            changes.Add(change);
            i += change.Reference.Count;
            j += change.Hypothesis.Count;
            next += run.Count;
        }

        return changes;
    }
}
