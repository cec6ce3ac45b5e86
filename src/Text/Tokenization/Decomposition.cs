using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace Attune.Text.Tokenization;

/// <summary>Takes letters apart into base letter and accents: canonical decomposition, without putting accents in order.</summary>
/// <remarks>
/// The Unicode Standard, section 3.7; Hangul by section 3.12. The programs of this repository run without ICU, so that <see cref="string.Normalize()"/>
/// returns what it is given. Thread-safe.
/// </remarks>
internal static class Decomposition
{
    private const int FirstSyllable = 0xAC00, Syllables = 11_172, Vowels = 21, Trails = 28, FirstLead = 0x1100, FirstVowel = 0x1161, BeforeTrails = 0x11A7;

    private static readonly FrozenDictionary<Rune, string> Table = Read();

    /// <summary>The text with each character decomposed all the way.</summary>
    public static string Apply(string text)
    {
        if (Ascii.IsValid(text)) return text;
        var result = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            var syllable = rune.Value - FirstSyllable;
            if (syllable is >= 0 and < Syllables) AppendSyllable(result, syllable);
            else if (Table.TryGetValue(rune, out var parts)) result.Append(parts);
            else result.Append(rune);
        }

        return result.ToString();
    }

    private static void AppendSyllable(StringBuilder result, int syllable)
    {
        result.Append((char)(FirstLead + (syllable / (Vowels * Trails))));
        result.Append((char)(FirstVowel + (syllable / Trails % Vowels)));
        if (syllable % Trails > 0) result.Append((char)(BeforeTrails + (syllable % Trails)));
    }

    private static FrozenDictionary<Rune, string> Read()
    {
        using var stream = typeof(Decomposition).Assembly.GetManifestResourceStream("decompositions.txt")!;
        using var reader = new StreamReader(stream);
        var table = new Dictionary<Rune, string>();
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith('#')) continue;
            Rune[] runes = [.. line.Split(' ').Select(point => new Rune(int.Parse(point, NumberStyles.HexNumber, CultureInfo.InvariantCulture)))];
            table.Add(runes[0], string.Concat(runes.Skip(1)));
        }

        return table.ToFrozenDictionary();
    }
}
