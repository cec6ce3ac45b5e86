namespace Attune.Evaluation;

/// <summary>Errors against a reference, as counts, so that rates of many utterances add up to the rate of a corpus.</summary>
/// <param name="Errors">Substitutions, insertions and deletions together.</param>
/// <param name="ReferenceLength">Tokens of the reference: words or characters.</param>
/// <remarks>The default value is the sum of no utterances: no errors in nothing.</remarks>
public readonly record struct ErrorRate(long Errors, long ReferenceLength)
{
    /// <summary>Errors per reference token: a fraction, above 1 if there are more errors than tokens.</summary>
    /// <remarks>
    /// Without a reference the rate is undefined; like jiwer since its version 4.0 this gives the number of errors, so silence
    /// recognised as silence is 0 and every word heard in silence counts as 1.
    /// </remarks>
    public double Rate => (double)Errors / Math.Max(ReferenceLength, 1);

    /// <summary>The rate over both utterances together, each weighted by its reference length.</summary>
    public static ErrorRate operator +(ErrorRate left, ErrorRate right) => left.Add(right);

    /// <inheritdoc cref="op_Addition"/>
    public ErrorRate Add(ErrorRate other) => new(Errors + other.Errors, ReferenceLength + other.ReferenceLength);
}
