using System.Runtime.InteropServices;
using System.Text;

namespace Attune.Text.Tokenization;

/// <summary>Makes a byte-level vocabulary from text: the pair of neighbours that is most frequent becomes one token, again and again.</summary>
/// <remarks>
/// Sennrich, Haddow and Birch 2016, "Neural Machine Translation of Rare Words with Subword Units", arXiv 1508.07909, algorithm 1, over the bytes of
/// GPT-2's pieces. Of pairs that are equally frequent the one whose tokens are older wins, so that the same text gives the same merges. Not thread-safe.
/// </remarks>
public sealed class BytePairTrainer
{
    /// <summary>Pairs that occur less often are not merged.</summary>
    private const long LeastCount = 2;

    private readonly Dictionary<string, long> _pieces = new(StringComparer.Ordinal);

    /// <summary>Counts a text.</summary>
    /// <exception cref="TextException">InvalidUnicode.</exception>
    public void Add(string text)
    {
        UnicodeText.Check(text);
        foreach (var match in ByteLevelTokenizer.Pieces().EnumerateMatches(text))
            CollectionsMarshal.GetValueRefOrAddDefault(_pieces, text.Substring(match.Index, match.Length), out _)++;
    }

    /// <summary>Makes the merges.</summary>
    /// <param name="most">Most of them; a vocabulary has as many tokens, 256 for the bytes, and one that ends texts.</param>
    /// <returns>The merges, the first first, as two tokens in the spelling of <c>merges.txt</c>.</returns>
    public IReadOnlyList<(string Left, string Right)> Train(int most)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(most);
        var words = _pieces.OrderBy(piece => piece.Key, StringComparer.Ordinal)
            .Select(piece => new Word([.. Encoding.UTF8.GetBytes(piece.Key).Select(value => (int)value)], piece.Value)).ToArray();
        var pairs = new PairCounts(words);
        List<string> tokens = [.. ByteAlphabet.All.Select(character => character.ToString())];
        var merges = new List<(string, string)>();
        while (merges.Count < most && pairs.MostFrequent(LeastCount) is var (left, right))
        {
            merges.Add((tokens[left], tokens[right]));
            pairs.Merge(left, right, tokens.Count);
            tokens.Add(tokens[left] + tokens[right]);
        }

        return merges;
    }

    /// <summary>A piece and how often it occurs.</summary>
    /// <param name="tokens">Its tokens, first its bytes.</param>
    /// <param name="count">How often.</param>
    private sealed class Word(List<int> tokens, long count)
    {
        public List<int> Tokens { get; } = tokens;

        public long Count { get; } = count;
    }

    /// <summary>How often each pair of neighbours occurs, and in which words.</summary>
    private sealed class PairCounts
    {
        private readonly Word[] _words;
        private readonly Dictionary<(int Left, int Right), long> _counts = [];
        private readonly Dictionary<(int Left, int Right), HashSet<int>> _places = [];

        public PairCounts(Word[] words)
        {
            _words = words;
            for (var word = 0; word < words.Length; word++) Count(word, sign: 1);
        }

        /// <summary>The pair that occurs most often; null if none occurs so often as the least.</summary>
        public (int Left, int Right)? MostFrequent(long least)
        {
            var (best, most) = (((int, int)?)null, least - 1);
            foreach (var (pair, count) in _counts)
            {
                if (count > most || (count == most && best is not null && pair.CompareTo(best.Value) < 0)) (best, most) = (pair, count);
            }

            return best;
        }

        /// <summary>Makes one token of a pair wherever it occurs.</summary>
        public void Merge(int left, int right, int token)
        {
            foreach (var word in _places[(left, right)].Order().ToArray())
            {
                Count(word, sign: -1);
                var tokens = _words[word].Tokens;
                for (var i = 0; i + 1 < tokens.Count; i++)
                {
                    if (tokens[i] != left || tokens[i + 1] != right) continue;
                    tokens[i] = token;
                    tokens.RemoveAt(i + 1);
                }

                Count(word, sign: 1);
            }
        }

        private void Count(int word, int sign)
        {
            var tokens = _words[word].Tokens;
            for (var i = 0; i + 1 < tokens.Count; i++)
            {
                var pair = (tokens[i], tokens[i + 1]);
                ref var count = ref CollectionsMarshal.GetValueRefOrAddDefault(_counts, pair, out _);
                count += sign * _words[word].Count;
                if (count == 0) _counts.Remove(pair);
                if (sign > 0)
                {
                    if (!_places.TryGetValue(pair, out var places)) _places.Add(pair, places = []);
                    places.Add(word);
                }
                else if (_places.TryGetValue(pair, out var places))
                {
                    places.Remove(word);
                }
            }
        }
    }
}
