namespace Attune.Evaluation;

/// <summary>Edits by kind, so that those of many utterances add up.</summary>
/// <param name="Substitutions">Reference tokens that became another token.</param>
/// <param name="Insertions">Hypothesis tokens that the reference lacks.</param>
/// <param name="Deletions">Reference tokens that the hypothesis lacks.</param>
/// <param name="ReferenceLength">Tokens of the reference.</param>
/// <remarks>The default value is the sum of no utterances.</remarks>
public readonly record struct EditCounts(long Substitutions, long Insertions, long Deletions, long ReferenceLength)
{
    /// <summary>The counts of one alignment.</summary>
    public static EditCounts Of(EditAlignment alignment)
    {
        ArgumentNullException.ThrowIfNull(alignment);
        return new(alignment.Substitutions, alignment.Insertions, alignment.Deletions, alignment.ReferenceLength);
    }

    /// <summary>Edits of any kind.</summary>
    public long Errors => Substitutions + Insertions + Deletions;

    /// <summary><see cref="Errors"/> against <see cref="ReferenceLength"/>.</summary>
    public ErrorRate ErrorRate => new(Errors, ReferenceLength);

    /// <summary>The counts of both together.</summary>
    public static EditCounts operator +(EditCounts left, EditCounts right) => left.Add(right);

    /// <inheritdoc cref="op_Addition"/>
    public EditCounts Add(EditCounts other) => new(
        Substitutions + other.Substitutions,
        Insertions + other.Insertions,
        Deletions + other.Deletions,
        ReferenceLength + other.ReferenceLength);
}
