using System.Text;

namespace Attune.Evaluation;

/// <summary>How much of one set of transcripts is left in another: 1 - edits / longer length, in characters, over all pairs.</summary>
/// <remarks>Each pair counts by its longer transcript, so that one that vanished counts as much as it was long. Immutable.</remarks>
/// <param name="Edits">Characters to insert, delete or substitute, summed over the pairs.</param>
/// <param name="LongerLength">Characters of the longer transcript of each pair, summed.</param>
public readonly record struct TranscriptSimilarity(long Edits, long LongerLength)
{
    /// <summary>From 0, nothing is left, to 1, all transcripts are the same; 1 where there are no characters.</summary>
    public double Value => LongerLength == 0 ? 1 : 1 - ((double)Edits / LongerLength);

    /// <summary>Compares two transcripts after <see cref="TextNormalizer"/>; a character is a Unicode scalar value, and spaces count.</summary>
    public static TranscriptSimilarity Compute(string before, string after)
    {
        Rune[] expected = [.. TextNormalizer.Normalize(before).EnumerateRunes()];
        Rune[] found = [.. TextNormalizer.Normalize(after).EnumerateRunes()];
        return new(EditDistance.Compute<Rune>(expected, found), Math.Max(expected.Length, found.Length));
    }

    public static TranscriptSimilarity operator +(TranscriptSimilarity left, TranscriptSimilarity right) =>
        new(left.Edits + right.Edits, left.LongerLength + right.LongerLength);
}
