using System.Text;

namespace Attune.Evaluation;

/// <summary>Character error rate: character edits per character of the reference.</summary>
public static class CharacterErrorRate
{
    /// <summary>Compares two texts after <see cref="TextNormalizer"/>; a character is a Unicode scalar value, and spaces count.</summary>
    public static ErrorRate Compute(string reference, string hypothesis)
    {
        ReadOnlySpan<Rune> expected = Characters(reference);
        ReadOnlySpan<Rune> recognised = Characters(hypothesis);
        return new ErrorRate(EditDistance.Compute(expected, recognised), expected.Length);
    }

    /// <summary>The same with the edits themselves, in n m bytes for texts of n and m characters.</summary>
    public static EditAlignment Align(string reference, string hypothesis) =>
        EditAlignment.Compute([.. Characters(reference).Select(rune => rune.ToString())], [.. Characters(hypothesis).Select(rune => rune.ToString())]);

    private static Rune[] Characters(string text) => [.. TextNormalizer.Normalize(text).EnumerateRunes()];
}
