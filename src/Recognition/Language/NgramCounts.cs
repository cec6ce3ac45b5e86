namespace Attune.Recognition.Language;

/// <summary>How often each n-gram of one to N words occurs in sentences: a tree whose edges are words.</summary>
/// <remarks>Not thread-safe.</remarks>
internal sealed class NgramCounts
{
    private readonly PairTable _children = new();
    private readonly List<int> _parents = [-1];
    private readonly List<int> _lastWords = [-1];
    private readonly List<int> _lengths = [0];
    private readonly List<long> _counts = [0];
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly List<string> _words = [];
    private readonly int _order;

    /// <param name="order">N.</param>
    public NgramCounts(int order)
    {
        _order = order;
        UnknownId = IdOf(NgramModel.UnknownSymbol);
        BeginId = IdOf(NgramModel.BeginSymbol);
        EndId = IdOf(NgramModel.EndSymbol);
    }

    public int UnknownId { get; }

    public int BeginId { get; }

    public int EndId { get; }

    /// <summary>Words by id, the special ones first.</summary>
    public IReadOnlyList<string> Words => _words;

    /// <summary>N-grams, plus 1 for the root, which is node 0. Nodes come after their parents.</summary>
    public int NodeCount => _counts.Count;

    /// <summary>Counts a sentence.</summary>
    public void Add(IEnumerable<string> sentence)
    {
        int[] words = [BeginId, .. sentence.Select(IdOf), EndId];
        for (var end = 1; end < words.Length; end++)
        {
            for (var length = 1; length <= Math.Min(_order, end + 1); length++)
            {
                var node = 0;
                foreach (var word in words.AsSpan(end + 1 - length, length)) node = ChildOf(node, word);
                _counts[node]++;
            }
        }
    }

    public long CountOf(int node) => _counts[node];

    public int ParentOf(int node) => _parents[node];

    public int LastWordOf(int node) => _lastWords[node];

    public int LengthOf(int node) => _lengths[node];

    /// <summary>The words of a node, in order.</summary>
    public int[] Spell(int node)
    {
        var words = new int[_lengths[node]];
        for (var i = words.Length - 1; i >= 0; i--, node = _parents[node]) words[i] = _lastWords[node];
        return words;
    }

    /// <summary>The node of words; -1 if they do not occur.</summary>
    public int Find(ReadOnlySpan<int> words)
    {
        var node = 0;
        foreach (var word in words)
        {
            node = _children.Find(node, word);
            if (node < 0) return -1;
        }

        return node;
    }

    private int IdOf(string word)
    {
        if (_ids.TryGetValue(word, out var id)) return id;
        _ids.Add(word, _words.Count);
        _words.Add(word);
        return _words.Count - 1;
    }

    private int ChildOf(int node, int word)
    {
        var child = _children.Find(node, word);
        if (child >= 0) return child;
        child = _counts.Count;
        _children.TryAdd(node, word, child);
        _parents.Add(node);
        _lastWords.Add(word);
        _lengths.Add(_lengths[node] + 1);
        _counts.Add(0);
        return child;
    }
}
