namespace Attune.Recognition.Language;

/// <summary>A back-off n-gram language model: how probable a word is after the words before it.</summary>
/// <remarks>
/// <para>P(w | h) is the n-gram's own probability where the model has h w; otherwise the back-off weight of h times P(w | h without its first
/// word) (Katz 1987). All values are base-10 logarithms, as in ARPA files.</para>
/// <para>N-grams are nodes of a tree: node 0 is empty, node 1 + w is word w, others are found by their context's node and their last word. A state is
/// the node of the longest context that the model has, so it is one number, and scoring allocates nothing. Each n-gram takes about 30 bytes.
/// Immutable and thread-safe.</para>
/// </remarks>
public sealed class NgramModel
{
    /// <summary>Begins a sentence.</summary>
    public const string BeginSymbol = "<s>";

    /// <summary>Ends a sentence.</summary>
    public const string EndSymbol = "</s>";

    /// <summary>Stands for every word that the model does not have.</summary>
    public const string UnknownSymbol = "<unk>";

    /// <summary>Most words of an n-gram.</summary>
    public const int MaxOrder = 10;

    /// <summary>What a word has that the model gives no probability: unknown ones without <c>&lt;unk&gt;</c>. Base-10 logarithm.</summary>
    public const double Log10Floor = -99;

    /// <summary>State without any context.</summary>
    public const int EmptyState = 0;

    private readonly string[] _words;
    private readonly Dictionary<string, int> _ids;
    private readonly PairTable _children;
    private readonly float[] _probabilities; // NaN where the node is a context only
    private readonly float[] _backOffs;
    private readonly int[] _suffixes; // node of the same n-gram without its first word, or without more where that does not exist
    private readonly int[] _counts;

    internal NgramModel(
        string[] words, Dictionary<string, int> ids, PairTable children, float[] probabilities, float[] backOffs, int[] suffixes, int[] counts)
    {
        _words = words;
        _ids = ids;
        _children = children;
        _probabilities = probabilities;
        _backOffs = backOffs;
        _suffixes = suffixes;
        _counts = counts;
        UnknownId = Find(UnknownSymbol) ?? Find("<UNK>") ?? Find("<unknown>");
        EndId = Find(EndSymbol);
        BeginState = Find(BeginSymbol) is { } begin ? 1 + begin : EmptyState;
    }

    /// <summary>Longest n-gram.</summary>
    public int Order => _counts.Length;

    /// <summary>N-grams of each length, from 1.</summary>
    public IReadOnlyList<int> Counts => _counts;

    /// <summary>Every word by its id, the three special ones included.</summary>
    public IReadOnlyList<string> Words => _words;

    /// <summary>Id that stands for unknown words; null for a model without.</summary>
    public int? UnknownId { get; }

    /// <summary>Id of the end of a sentence; null for a model without.</summary>
    public int? EndId { get; }

    /// <summary>State at the beginning of a sentence.</summary>
    public int BeginState { get; }

    /// <summary>Id of a word; null if the model does not have it. Case matters.</summary>
    public int? Find(string word) => _ids.TryGetValue(word, out var id) ? id : null;

    /// <summary>Whether a word is written for something else than itself.</summary>
    public bool IsSpecial(int word) => word == UnknownId || word == EndId || 1 + word == BeginState;

    /// <summary>Base-10 logarithm of a word's probability.</summary>
    /// <param name="state">What came before; becomes the state after the word.</param>
    /// <param name="word">Id of the word; null for one that the model does not have.</param>
    public double Score(ref int state, int? word)
    {
        if ((word ?? UnknownId) is not { } known)
        {
            state = EmptyState;
            return Log10Floor;
        }

        var after = -1;
        var backOff = 0.0;
        for (var context = state; context != EmptyState; context = _suffixes[context])
        {
            var node = _children.Find(context, known);
            if (node >= 0)
            {
                if (after < 0) after = node;
                if (!float.IsNaN(_probabilities[node]))
                {
                    state = after;
                    return backOff + _probabilities[node];
                }
            }

            backOff += _backOffs[context];
        }

        state = after < 0 ? 1 + known : after;
        return backOff + _probabilities[1 + known];
    }

    /// <summary>Base-10 logarithm of a word's probability without any context.</summary>
    public float UnigramLog10(int word) => _probabilities[1 + word];

    /// <summary>Every n-gram, shorter ones first, and in order of their words' ids.</summary>
    public IEnumerable<NgramEntry> Entries()
    {
        for (var word = 0; word < _words.Length; word++) yield return new([word], _probabilities[1 + word], _backOffs[1 + word]);

        var parents = new int[_probabilities.Length];
        var last = new int[_probabilities.Length];
        for (var word = 0; word < _words.Length; word++) last[1 + word] = word;
        foreach (var (context, word, node) in _children.Entries()) (parents[node], last[node]) = (context, word);

        var nodes = Enumerable.Range(1 + _words.Length, _probabilities.Length - 1 - _words.Length).Where(node => !float.IsNaN(_probabilities[node]));
        foreach (var (node, words) in nodes.Select(node => (node, Words: Spell(node))).OrderBy(pair => pair.Words, WordOrder.Instance))
            yield return new(words, _probabilities[node], _backOffs[node]);

        int[] Spell(int node)
        {
            var words = new Stack<int>();
            for (; node != EmptyState; node = parents[node]) words.Push(last[node]);
            return [.. words];
        }
    }

    private sealed class WordOrder : IComparer<int[]>
    {
        public static WordOrder Instance { get; } = new();

        public int Compare(int[]? x, int[]? y) => x!.Length != y!.Length ? x.Length.CompareTo(y.Length) : x.AsSpan().SequenceCompareTo(y);
    }
}
