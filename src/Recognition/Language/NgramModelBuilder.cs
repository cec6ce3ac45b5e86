namespace Attune.Recognition.Language;

/// <summary>Puts an <see cref="NgramModel"/> together: single words first, then longer n-grams.</summary>
internal sealed class NgramModelBuilder
{
    private readonly List<string> _words = [];
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly PairTable _children;
    private readonly List<float> _probabilities = [float.NaN];
    private readonly List<float> _backOffs = [0];
    private readonly List<int> _suffixes = [NgramModel.EmptyState];
    private readonly int[] _counts;

    /// <param name="order">Longest n-gram.</param>
    /// <param name="longer">Expected number of n-grams of two words and more.</param>
    public NgramModelBuilder(int order, int longer)
    {
        _counts = new int[order];
        _children = new PairTable(longer);
    }

    /// <summary>Adds a word; false if it is there already. Not to be called after <see cref="TryAdd"/>.</summary>
    public bool TryAddWord(string word, float log10Probability, float log10BackOff)
    {
        if (!_ids.TryAdd(word, _words.Count)) return false;
        _words.Add(word);
        AddNode(log10Probability, log10BackOff, NgramModel.EmptyState);
        _counts[0]++;
        return true;
    }

    /// <summary>Id of a word; -1 if there is none.</summary>
    public int IdOf(string word) => _ids.GetValueOrDefault(word, -1);

    /// <summary>
    /// Adds an n-gram of two words or more; false if it is there already. Contexts that have no entry of their own, as pruned models lack, come
    /// with it.
    /// </summary>
    public bool TryAdd(ReadOnlySpan<int> words, float log10Probability, float log10BackOff)
    {
        var node = NodeOf(words);
        if (!float.IsNaN(_probabilities[node])) return false;
        _probabilities[node] = log10Probability;
        _backOffs[node] = log10BackOff;
        _counts[words.Length - 1]++;
        return true;
    }

    public NgramModel Build()
    {
        // Suffixes are complete only now: an n-gram's own suffix may come after it.
        var contexts = new int[_probabilities.Count];
        var last = new int[_probabilities.Count];
        foreach (var (context, word, node) in _children.Entries()) (contexts[node], last[node]) = (context, word);
        for (var node = 1 + _words.Count; node < _suffixes.Count; node++) _suffixes[node] = SuffixOf(contexts[node], last[node]);
        return new NgramModel([.. _words], _ids, _children, [.. _probabilities], [.. _backOffs], [.. _suffixes], _counts);
    }

    /// <summary>The longest n-gram of fewer words that ends alike. Contexts have smaller numbers than what follows on them, so theirs is known.</summary>
    private int SuffixOf(int context, int word)
    {
        for (context = _suffixes[context]; context != NgramModel.EmptyState; context = _suffixes[context])
        {
            var found = _children.Find(context, word);
            if (found >= 0) return found;
        }

        return 1 + word;
    }

    private int NodeOf(ReadOnlySpan<int> words)
    {
        var node = 1 + words[0];
        foreach (var word in words[1..])
        {
            var child = _children.Find(node, word);
            if (child < 0)
            {
                child = AddNode(float.NaN, 0, NgramModel.EmptyState);
                _children.TryAdd(node, word, child);
            }

            node = child;
        }

        return node;
    }

    private int AddNode(float log10Probability, float log10BackOff, int suffix)
    {
        _probabilities.Add(log10Probability);
        _backOffs.Add(log10BackOff);
        _suffixes.Add(suffix);
        return _probabilities.Count - 1;
    }
}
