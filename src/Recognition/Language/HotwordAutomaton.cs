using Attune.Recognition.Models;

namespace Attune.Recognition.Language;

/// <summary>Finds hotwords in symbols as they come, and says what their beginnings are worth.</summary>
/// <remarks>
/// <para>Aho and Corasick 1975, over symbols, with each phrase between two word delimiters. A beginning is worth its share of the boost at once, so that
/// the phrase survives pruning; if it does not go on, that share is gone with the state it belongs to. Phrases that lie in each other or overlap count each.
/// Negative boosts count only where the phrase is complete.</para>
/// <para>Immutable and thread-safe.</para>
/// </remarks>
internal sealed class HotwordAutomaton
{
    /// <summary>State at the beginning of an utterance, which is also one behind a delimiter.</summary>
    public const int Start = 1;

    private const int Root = 0;

    private readonly PairTable _children = new();
    private readonly List<double> _potentials = [0]; // what a state's beginning is worth
    private readonly List<double> _completed = [0]; // boosts of the phrases that end in a state, those of its failures included
    private readonly List<int> _failures = [Root];

    private HotwordAutomaton(int delimiter) => AddState(Root, delimiter);

    /// <summary>Makes it of hotwords.</summary>
    /// <param name="hotwords">Phrases with boosts; of equal ones the last counts.</param>
    /// <param name="vocabulary">Symbols of the model, with a word delimiter.</param>
    /// <exception cref="ArgumentException">A phrase cannot be written with the model's symbols; the message says which.</exception>
    public static HotwordAutomaton Create(IEnumerable<Hotword> hotwords, Vocabulary vocabulary)
    {
        var delimiter = vocabulary.WordDelimiterId ?? throw new ArgumentException("Hotwords need a model whose vocabulary has a word delimiter.");
        var speller = new Speller(vocabulary);
        var automaton = new HotwordAutomaton(delimiter);
        var phrases = new Dictionary<string, (int[] Symbols, double Boost)>(StringComparer.Ordinal);
        foreach (var hotword in hotwords)
        {
            var symbols = Spell(hotword.Phrase, speller, delimiter);
            phrases[string.Join(' ', symbols)] = (symbols, hotword.Boost);
        }

        foreach (var (symbols, boost) in phrases.Values) automaton.Add(symbols, boost);
        automaton.LinkFailures();
        return automaton;
    }

    /// <summary>The words of the phrases, for decoders that treat unknown words in their own way.</summary>
    public static Lexicon WordsOf(IEnumerable<Hotword> hotwords, Speller speller)
    {
        var lexicon = new Lexicon();
        foreach (var word in hotwords.SelectMany(hotword => Words(hotword.Phrase)))
        {
            if (speller.TrySpell(word, out var symbols)) lexicon.TryAdd(symbols, 0);
        }

        return lexicon;
    }

    /// <summary>The state after one more symbol.</summary>
    /// <param name="state">Before it.</param>
    /// <param name="symbol">A symbol of text, or the delimiter; never two delimiters running.</param>
    /// <param name="completed">Boosts of the phrases that it completes.</param>
    public int Next(int state, int symbol, out double completed)
    {
        for (; ; state = _failures[state])
        {
            var child = _children.Find(state, symbol);
            if (child >= 0)
            {
                completed = _completed[child];
                return child;
            }

            if (state != Root) continue;
            completed = 0;
            return Root;
        }
    }

    /// <summary>What the beginning in a state is worth while it may go on.</summary>
    public double Potential(int state) => _potentials[state];

    private static string[] Words(string phrase) => phrase.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    private static int[] Spell(string phrase, Speller speller, int delimiter)
    {
        var symbols = new List<int> { delimiter };
        foreach (var word in Words(phrase))
        {
            if (!speller.TrySpell(word, out var spelled))
                throw new ArgumentException($"A hotword must be written with the symbols that the model has. Given: '{phrase}'.");
            symbols.AddRange(spelled);
            symbols.Add(delimiter);
        }

        return symbols.Count > 1 ? [.. symbols] : throw new ArgumentException($"A hotword must have a word. Given: '{phrase}'.");
    }

    private void Add(int[] symbols, double boost)
    {
        var state = Root;
        for (var i = 0; i < symbols.Length; i++)
        {
            var child = _children.Find(state, symbols[i]);
            state = child >= 0 ? child : AddState(state, symbols[i]);
            if (i < symbols.Length - 1) _potentials[state] = Math.Max(_potentials[state], boost * i / (symbols.Length - 1));
        }

        _completed[state] += boost;
    }

    private int AddState(int parent, int symbol)
    {
        var state = _potentials.Count;
        _children.TryAdd(parent, symbol, state);
        _potentials.Add(0);
        _completed.Add(0);
        _failures.Add(Root);
        return state;
    }

    /// <summary>Breadth first, so that the failure of a state is linked before its own.</summary>
    private void LinkFailures()
    {
        var edges = _children.Entries().ToLookup(entry => entry.First, entry => (Symbol: entry.Second, State: entry.Value));
        var queue = new Queue<int>();
        foreach (var (_, state) in edges[Root]) queue.Enqueue(state);
        while (queue.TryDequeue(out var parent))
        {
            foreach (var (symbol, state) in edges[parent])
            {
                var failure = _failures[parent];
                while (failure != Root && _children.Find(failure, symbol) < 0) failure = _failures[failure];
                var found = _children.Find(failure, symbol);
                _failures[state] = found >= 0 ? found : Root;
                _completed[state] += _completed[_failures[state]];
                _potentials[state] = Math.Max(_potentials[state], _potentials[_failures[state]]);
                queue.Enqueue(state);
            }
        }
    }
}
