using System.Globalization;
using System.Text;

namespace Attune.Evaluation;

/// <summary>Brings transcripts into the one form in which they are compared.</summary>
/// <remarks>
/// <para>The rules, in order:</para>
/// <list type="number">
/// <item>The apostrophes U+2019, U+2018, U+02BC and U+FF07 become U+0027.</item>
/// <item>Letters, digits and combining marks are kept, letters in upper case (invariant: no culture, a German sharp s stays).</item>
/// <item>An apostrophe is kept where it stands alone between two kept characters ("DON'T"); elsewhere it is punctuation ("BOYS'").</item>
/// <item>Invisible format characters such as the soft hyphen are removed without a break.</item>
/// <item>Everything else (punctuation, symbols, white space, broken surrogates) separates words: "twenty-one" is two words.</item>
/// <item>Words are joined by one space; none is left at the ends.</item>
/// </list>
/// <para>
/// Numbers are not spelled out and abbreviations are not expanded. Accents typed apart from their letter are not composed, since
/// the runtime cannot do so with invariant globalization; texts that mix both spellings need Unicode NFC first.
/// </para>
/// </remarks>
public static class TextNormalizer
{
    /// <summary>The normalised text; empty if it holds no word.</summary>
    public static string Normalize(string text) => string.Join(' ', Words(text));

    /// <summary>The words of the normalised text, in order.</summary>
    public static IReadOnlyList<string> Words(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var words = new List<string>();
        var word = new StringBuilder();
        var apostrophe = false;
        foreach (var rune in text.EnumerateRunes())
        {
            if (IsWordCharacter(rune))
            {
                if (apostrophe && word.Length > 0) word.Append('\'');
                word.Append(Rune.ToUpperInvariant(rune));
                apostrophe = false;
            }
            else if (IsApostrophe(rune) && !apostrophe)
            {
                apostrophe = true;
            }
            else if (Rune.GetUnicodeCategory(rune) != UnicodeCategory.Format)
            {
                EndWord();
            }
        }

        EndWord();
        return words;

        void EndWord()
        {
            if (word.Length > 0) words.Add(word.ToString());
            word.Clear();
            apostrophe = false;
        }
    }

    // U+02BC is a letter by category, hence asked for first.
    private static bool IsWordCharacter(Rune rune) => !IsApostrophe(rune) && (Rune.IsLetterOrDigit(rune) || IsMark(rune));

    private static bool IsMark(Rune rune) => Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark;

    private static bool IsApostrophe(Rune rune) => rune.Value is '\'' or 0x2019 or 0x2018 or 0x02BC or 0xFF07;
}
