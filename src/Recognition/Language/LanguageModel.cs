using Attune.Recognition.Models;

namespace Attune.Recognition.Language;

/// <summary>What is known of the words of a language, for one acoustic model: an n-gram model, or two interpolated, and how their words are spelled.</summary>
/// <remarks>
/// <para>Interpolated, P(w | h) = s P2(w | h) + (1 - s) P1(w | h), with s the share of the second; a word that only one of them has gets nothing from
/// the other's unknown word.</para>
/// <para>Words are found by their spelling in the model's symbols, so case does not matter; of words spelled alike the more probable one counts, and
/// words that cannot be spelled are left out. Immutable and thread-safe.</para>
/// </remarks>
public sealed class LanguageModel
{
    private static readonly double Ln10 = Math.Log(10);

    private readonly NgramModel _first;
    private readonly NgramModel? _second;
    private readonly double _share;
    private readonly List<(int? First, int? Second)> _words = [];

    /// <param name="model">The n-gram model.</param>
    /// <param name="vocabulary">Symbols of the acoustic model, with a word delimiter.</param>
    /// <exception cref="ArgumentException">The vocabulary has no word delimiter, or none of the model's words can be spelled with it.</exception>
    public LanguageModel(NgramModel model, Vocabulary vocabulary)
        : this(model, second: null, share: 0, vocabulary)
    {
    }

    /// <summary>Two models interpolated.</summary>
    /// <param name="first">As a rule the background.</param>
    /// <param name="second">As a rule the domain's.</param>
    /// <param name="share">Of the second, from 0 to 1.</param>
    /// <param name="vocabulary">Symbols of the acoustic model, with a word delimiter.</param>
    /// <exception cref="ArgumentException">The vocabulary has no word delimiter, or none of the models' words can be spelled with it.</exception>
    public LanguageModel(NgramModel first, NgramModel? second, double share, Vocabulary vocabulary)
    {
        if (vocabulary.WordDelimiterId is null)
            throw new ArgumentException("A language model needs an acoustic model whose vocabulary has a word delimiter.");
        if (share is not (>= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(share), share, "The share must be from 0 to 1.");
        _first = first;
        _second = second;
        _share = share;
        var speller = new Speller(vocabulary);
        AddWords(first, speller, isSecond: false);
        if (second is not null) AddWords(second, speller, isSecond: true);
        if (_words.Count == 0)
            throw new ArgumentException("None of the language model's words can be written with the symbols of the acoustic model. Take one of its language.");
    }

    /// <summary>Words that can be recognised with it.</summary>
    public int WordCount => _words.Count;

    internal Lexicon Lexicon { get; } = new();

    internal NgramState Begin => new(_first.BeginState, _second?.BeginState ?? NgramModel.EmptyState);

    /// <summary>Natural logarithm of a word's probability.</summary>
    /// <param name="state">What came before; becomes the state after it.</param>
    /// <param name="word">From the lexicon; -1 for an unknown one.</param>
    internal double Score(ref NgramState state, int word)
    {
        var (first, second) = word < 0 ? (null, null) : _words[word];
        return Score(ref state, first, second, isUnknown: word < 0);
    }

    /// <summary>Natural logarithm of the end of a sentence; 0 where the models have none.</summary>
    internal double ScoreEnd(NgramState state) => _first.EndId is null && _second?.EndId is null
        ? 0
        : Score(ref state, _first.EndId, _second?.EndId, isUnknown: false);

    private double Score(ref NgramState state, int? first, int? second, bool isUnknown)
    {
        var (one, two) = state;
        var score = _first.Score(ref one, first);
        if (_second is null)
        {
            state = new(one, two);
            return score * Ln10;
        }

        var other = _second.Score(ref two, second);
        state = new(one, two);
        var probability = (isUnknown || second is not null ? _share * Math.Pow(10, other) : 0)
            + (isUnknown || first is not null ? (1 - _share) * Math.Pow(10, score) : 0);
        return Math.Max(Math.Log(probability), NgramModel.Log10Floor * Ln10);
    }

    private void AddWords(NgramModel model, Speller speller, bool isSecond)
    {
        // The more probable of words that are spelled alike comes first, and stays.
        foreach (var id in Enumerable.Range(0, model.Words.Count).Where(id => !model.IsSpecial(id)).OrderByDescending(model.UnigramLog10))
        {
            if (!speller.TrySpell(model.Words[id], out var symbols)) continue;
            if (Lexicon.TryAdd(symbols, _words.Count)) _words.Add(isSecond ? (null, id) : (id, null));
            else if (isSecond && WordOf(symbols) is var word && _words[word].Second is null) _words[word] = (_words[word].First, id);
        }
    }

    private int WordOf(int[] symbols) => Lexicon.WordAt(symbols.Aggregate(Lexicon.Root, Lexicon.Next));
}

/// <summary>What came before a word, for each of two n-gram models.</summary>
internal readonly record struct NgramState(int First, int Second);
