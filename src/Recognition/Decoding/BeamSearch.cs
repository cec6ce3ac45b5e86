using System.Runtime.InteropServices;
using Attune.Recognition.Language;
using Attune.Recognition.Models;

namespace Attune.Recognition.Decoding;

/// <summary>The prefixes of one utterance while its frames come.</summary>
/// <remarks>
/// <para>For each frame: (1) every prefix stays as it is, by a blank or its last symbol again; (2) every prefix grows by every symbol that is probable enough;
/// where it grows into one that is there already, the two are one; (3) the best are kept.</para>
/// <para>Prefixes are nodes of a tree; one is made a node when it is kept for the first time, so there are no more than frames times width of them. Nothing else is
/// allocated for a frame once the arrays have their size. Not thread-safe.</para>
/// </remarks>
internal sealed class BeamSearch
{
    private const int Root = 0;
    private const double Never = double.NegativeInfinity;

    private readonly int _width;
    private readonly double _symbolFloor;
    private readonly double _scoreGap;
    private readonly LanguageScorer? _language;
    private readonly int _delimiter;
    private readonly int[] _textSymbols;
    private readonly PairTable _children = new();
    private readonly List<Node> _nodes = [];
    private readonly List<int> _symbols = [];
    private Candidate[] _beam;
    private Candidate[] _next;
    private int[] _order = [];
    private double[] _scores = [];
    private int _kept;
    private int _count;
    private int _frame;

    /// <param name="vocabulary">Symbols of the model.</param>
    /// <param name="width">Prefixes kept.</param>
    /// <param name="symbolFloor">Symbols with a smaller logarithm are left out, the best of a frame excepted.</param>
    /// <param name="scoreGap">Prefixes further than this from the best are dropped.</param>
    /// <param name="language">Null for none.</param>
    public BeamSearch(Vocabulary vocabulary, int width, double symbolFloor, double scoreGap, LanguageScorer? language)
    {
        _width = width;
        _symbolFloor = symbolFloor;
        _scoreGap = scoreGap;
        _language = language;
        _delimiter = vocabulary.WordDelimiterId ?? -1;
        _textSymbols = [.. Enumerable.Range(0, vocabulary.Count).Where(id => id == _delimiter || !vocabulary.IsSpecial(id))];
        _beam = new Candidate[width];
        _next = new Candidate[4 * width];
        var begin = language?.Begin ?? default;
        _nodes.Add(new Node { Parent = -1, Symbol = -1, Language = begin, LanguageScore = Score(begin), SeenAt = -1 });
        _beam[0] = new Candidate { Node = Root, Blank = 0, NonBlank = Never };
        _kept = 1;
    }

    /// <summary>Whether it follows best alignments in place of sums.</summary>
    public bool IsBestPath => _width == 1;

    /// <summary>Takes a frame.</summary>
    /// <param name="values">Natural logarithms of the probabilities of all symbols.</param>
    /// <param name="blank">The same of what gives no text.</param>
    public void Advance(ReadOnlySpan<double> values, double blank)
    {
        _count = 0;
        for (var i = 0; i < _kept; i++) Stay(_beam[i], values, blank);
        ChooseSymbols(values, blank);
        for (var i = 0; i < _kept; i++) Grow(_beam[i], values);
        Prune();
        _frame++;
    }

    /// <summary>The transcripts that are left, the best first; at least one.</summary>
    public IReadOnlyList<Found> Finish()
    {
        // A text with a delimiter behind it and one without are the same.
        var texts = new Dictionary<int, double>();
        for (var i = 0; i < _kept; i++)
        {
            var node = _beam[i].Node;
            if (IsGap(node) && node != Root) node = _nodes[node].Parent;
            texts[node] = Add(texts.GetValueOrDefault(node, Never), Total(_beam[i]));
        }

        return [.. texts
            .Select(text => new Found(Spell(text.Key), text.Value, _language?.Finish(_nodes[text.Key].Language, isInWord: text.Key != Root) ?? 0))
            .OrderByDescending(found => found.Acoustic + found.Language)];
    }

    /// <summary>The prefix is the same after a blank, after its last symbol again, and at a gap between words after a delimiter.</summary>
    private void Stay(in Candidate prefix, ReadOnlySpan<double> values, double blank)
    {
        ref var node = ref CollectionsMarshal.AsSpan(_nodes)[prefix.Node];
        var total = Total(prefix);
        var again = IsGap(prefix.Node)
            ? (_delimiter < 0 ? Never : total + values[_delimiter])
            : prefix.NonBlank + values[node.Symbol];
        (node.SeenAt, node.Slot) = (_frame, _count);
        Push(new Candidate { Node = prefix.Node, Blank = total + blank, NonBlank = again, LanguageScore = node.LanguageScore });
    }

    private void Grow(in Candidate prefix, ReadOnlySpan<double> values)
    {
        var nodes = CollectionsMarshal.AsSpan(_nodes);
        ref readonly var node = ref nodes[prefix.Node];
        var isGap = IsGap(prefix.Node);
        var total = Total(prefix);
        foreach (var symbol in _symbols)
        {
            if (isGap && symbol == _delimiter) continue;
            var score = values[symbol] + (symbol == node.Symbol ? prefix.Blank : total);
            if (double.IsNegativeInfinity(score)) continue;

            var child = _children.Find(prefix.Node, symbol);
            if (child >= 0 && nodes[child].SeenAt == _frame)
            {
                ref var same = ref _next[nodes[child].Slot];
                same.NonBlank = Add(same.NonBlank, score);
                continue;
            }

            var candidate = new Candidate { Node = child, Parent = prefix.Node, Symbol = symbol, Blank = Never, NonBlank = score };
            if (child >= 0) (candidate.Language, candidate.LanguageScore) = (nodes[child].Language, nodes[child].LanguageScore);
            else if (_language is not null) candidate.LanguageScore = Score(candidate.Language = _language.Next(node.Language, symbol));
            Push(candidate);
        }
    }

    private void ChooseSymbols(ReadOnlySpan<double> values, double blank)
    {
        var floor = _symbolFloor;
        if (blank < floor)
        {
            // Where even the best are improbable, it is left.
            var best = Never;
            foreach (var symbol in _textSymbols) best = Math.Max(best, values[symbol]);
            floor = Math.Min(floor, best);
        }

        _symbols.Clear();
        foreach (var symbol in _textSymbols)
        {
            if (values[symbol] >= floor) _symbols.Add(symbol);
        }
    }

    private void Prune()
    {
        if (_order.Length < _next.Length) (_order, _scores) = (new int[_next.Length], new double[_next.Length]);
        var best = Never;
        for (var i = 0; i < _count; i++) best = Math.Max(best, Total(_next[i]) + _next[i].LanguageScore);
        var left = 0;
        for (var i = 0; i < _count; i++)
        {
            var score = Total(_next[i]) + _next[i].LanguageScore;
            if (!(score >= best - _scoreGap)) continue;
            _order[left] = i;
            _scores[left++] = -score;
        }

        if (left == 0) _order[left++] = 0; // logits that are no numbers
        if (left > _width) Array.Sort(_scores, _order, 0, left);
        _kept = Math.Min(left, _width);
        for (var i = 0; i < _kept; i++)
        {
            _beam[i] = _next[_order[i]];
            if (_beam[i].Node < 0) _beam[i].Node = AddNode(_beam[i]);
        }
    }

    private int AddNode(in Candidate candidate)
    {
        var node = _nodes.Count;
        _nodes.Add(new Node
        {
            Parent = candidate.Parent,
            Symbol = candidate.Symbol,
            Language = candidate.Language,
            LanguageScore = candidate.LanguageScore,
            SeenAt = -1,
        });
        _children.TryAdd(candidate.Parent, candidate.Symbol, node);
        return node;
    }

    private int[] Spell(int node)
    {
        var symbols = new Stack<int>();
        for (; node != Root; node = _nodes[node].Parent) symbols.Push(_nodes[node].Symbol);
        return [.. symbols];
    }

    /// <summary>Whether no word has begun: at the beginning, and after a delimiter.</summary>
    private bool IsGap(int node) => node == Root || _nodes[node].Symbol == _delimiter;

    private double Total(in Candidate prefix) => Add(prefix.Blank, prefix.NonBlank);

    private double Add(double a, double b) => IsBestPath ? Math.Max(a, b) : LogMath.Add(a, b);

    private double Score(in LanguageState state) => _language?.ScoreOf(state) ?? 0;

    private void Push(in Candidate candidate)
    {
        if (_count == _next.Length) Array.Resize(ref _next, 2 * _next.Length);
        _next[_count++] = candidate;
    }

    /// <summary>A prefix that was kept at some time.</summary>
    private struct Node
    {
        public int Parent;
        public int Symbol;
        public LanguageState Language;
        public double LanguageScore;

        /// <summary>Last frame in which it was among the prefixes kept from the one before, and its place among the candidates of that frame.</summary>
        public int SeenAt;
        public int Slot;
    }

    /// <summary>A prefix at a frame.</summary>
    private struct Candidate
    {
        /// <summary>Its node; -1 if it has none yet, and then it is <see cref="Parent"/> and <see cref="Symbol"/>.</summary>
        public int Node;
        public int Parent;
        public int Symbol;

        /// <summary>Logarithm of the probability of its alignments that end in a blank.</summary>
        public double Blank;

        /// <summary>The same of those that end in its last symbol.</summary>
        public double NonBlank;
        public LanguageState Language;
        public double LanguageScore;
    }

    /// <summary>A transcript that was found.</summary>
    /// <param name="Symbols">Symbols of text with single delimiters between words.</param>
    /// <param name="Acoustic">Logarithm of its probability.</param>
    /// <param name="Language">What language adds.</param>
    public readonly record struct Found(int[] Symbols, double Acoustic, double Language);
}
