namespace Attune.Recognition.Language;

/// <summary>Words as paths of symbols: which word a beginning may still become.</summary>
/// <remarks>Immutable once made, and then thread-safe.</remarks>
internal sealed class Lexicon
{
    /// <summary>Node of the empty beginning.</summary>
    public const int Root = 0;

    /// <summary>No word begins like that.</summary>
    public const int Outside = -1;

    private readonly PairTable _children = new();
    private readonly List<int> _words = [-1];

    /// <summary>Adds a word; false if one with the same symbols is there, which stays.</summary>
    public bool TryAdd(ReadOnlySpan<int> symbols, int word)
    {
        var node = Root;
        foreach (var symbol in symbols)
        {
            var child = _children.Find(node, symbol);
            if (child < 0)
            {
                child = _words.Count;
                _children.TryAdd(node, symbol, child);
                _words.Add(-1);
            }

            node = child;
        }

        if (_words[node] >= 0) return false;
        _words[node] = word;
        return true;
    }

    /// <summary>The node after one more symbol; <see cref="Outside"/> if there is none.</summary>
    public int Next(int node, int symbol) => node == Outside ? Outside : _children.Find(node, symbol);

    /// <summary>The word that ends in a node; -1 if none does.</summary>
    public int WordAt(int node) => node == Outside ? -1 : _words[node];
}
