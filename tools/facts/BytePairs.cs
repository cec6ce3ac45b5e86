using System.Text.RegularExpressions;

namespace Attune.Facts;

/// <summary>Learns GPT-2's byte-pair merges from text of ASCII letters, spaces and punctuation.</summary>
/// <remarks>Sennrich et al. 2016, arXiv 1508.07909, algorithm 1. Of pairs that are equally frequent the first in ordinal order is merged.</remarks>
internal static partial class BytePairs
{
    private const char Space = 'Ġ';

    /// <summary>The merges in order, at most <paramref name="count"/>.</summary>
    public static IReadOnlyList<(string Left, string Right)> Learn(IEnumerable<string> texts, int count)
    {
        var words = texts.SelectMany(text => Pieces().Matches(text).Select(match => match.Value.Replace(' ', Space)))
            .GroupBy(word => word, StringComparer.Ordinal)
            .Select(word => (Symbols: word.Key.Select(letter => letter.ToString()).ToList(), Count: word.Count()))
            .ToList();
        var merges = new List<(string, string)>();
        while (merges.Count < count)
        {
            var pairs = new Dictionary<(string Left, string Right), int>();
            foreach (var (symbols, occurrences) in words)
            {
                for (var i = 0; i + 1 < symbols.Count; i++) pairs[(symbols[i], symbols[i + 1])] = pairs.GetValueOrDefault((symbols[i], symbols[i + 1])) + occurrences;
            }

            if (pairs.Count == 0) break;
            var best = pairs.OrderByDescending(pair => pair.Value).ThenBy(pair => $"{pair.Key.Left} {pair.Key.Right}", StringComparer.Ordinal).First().Key;
            merges.Add(best);
            foreach (var (symbols, _) in words) Merge(symbols, best);
        }

        return merges;
    }

    private static void Merge(List<string> symbols, (string Left, string Right) pair)
    {
        for (var i = 0; i + 1 < symbols.Count; i++)
        {
            if (symbols[i] != pair.Left || symbols[i + 1] != pair.Right) continue;
            symbols[i] += symbols[i + 1];
            symbols.RemoveAt(i + 1);
        }
    }

    [GeneratedRegex(@" ?[A-Za-z]+| ?[^\sA-Za-z]+")]
    private static partial Regex Pieces();
}
