using Attune.Recognition.Models;

namespace Attune.Recognition.Language;

/// <summary>What is known of the words of a language, for one acoustic model: an n-gram model, or two interpolated.</summary>
/// <remarks>
/// <para>Interpolated, P(w | h) = s P2(w | h) + (1 - s) P1(w | h), with s the share of the second; a word that only one of them has gets nothing from
/// the other's unknown word.</para>
/// <para>Words are found by their spelling in the acoustic model's symbols, so case does not matter; of words spelled alike the more probable one counts, and
/// words that cannot be spelled are left out. Immutable and thread-safe.</para>
/// </remarks>
public sealed class LanguageModel
{
    private static readonly double Ln10 = Math.Log(10);

    private readonly SpelledNgrams _first;
    private readonly SpelledNgrams? _second;
    private readonly double _share;

    /// <param name="model">The n-gram model.</param>
    /// <param name="vocabulary">Symbols of the acoustic model, with a word delimiter.</param>
    /// <exception cref="ArgumentException">The vocabulary has no word delimiter, or none of the model's words can be spelled with it.</exception>
    public LanguageModel(NgramModel model, Vocabulary vocabulary)
    {
        if (vocabulary.WordDelimiterId is null)
            throw new ArgumentException("A language model needs an acoustic model whose vocabulary has a word delimiter.", nameof(vocabulary));
        _first = new SpelledNgrams(model, vocabulary);
    }

    /// <summary>Two models interpolated.</summary>
    /// <param name="background">Its n-grams are shared, not copied. Its second model, if it has one, is left out.</param>
    /// <param name="domain">The second model.</param>
    /// <param name="share">Of the second, from 0 to 1.</param>
    /// <param name="vocabulary">Symbols of the acoustic model, the same as the background's.</param>
    /// <exception cref="ArgumentException">None of the domain's words can be spelled.</exception>
    public LanguageModel(LanguageModel background, NgramModel domain, double share, Vocabulary vocabulary)
    {
        if (share is not (>= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(share), share, "The share must be from 0 to 1.");
        _first = background._first;
        _second = new SpelledNgrams(domain, vocabulary);
        _share = share;
    }

    /// <summary>State at the beginning of a sentence.</summary>
    internal NgramState Begin => new(_first.Model.BeginState, _second?.Model.BeginState ?? NgramModel.EmptyState);

    /// <summary>A word of which nothing has come.</summary>
    internal WordState BeginWord => new(Lexicon.Root, _second is null ? Lexicon.Outside : Lexicon.Root);

    /// <summary>A word after one more symbol.</summary>
    internal WordState Next(WordState word, int symbol) =>
        new(_first.Lexicon.Next(word.First, symbol), _second?.Lexicon.Next(word.Second, symbol) ?? Lexicon.Outside);

    /// <summary>Whether what has come is a word.</summary>
    internal bool IsWord(WordState word) => _first.WordAt(word.First) is not null || _second?.WordAt(word.Second) is not null;

    /// <summary>Natural logarithm of a word's probability.</summary>
    /// <param name="state">What came before; becomes the state after it.</param>
    /// <param name="word">The word; unknown if it is none.</param>
    internal double Score(ref NgramState state, WordState word) => Score(ref state, _first.WordAt(word.First), _second?.WordAt(word.Second));

    /// <summary>Natural logarithm of the end of a sentence; 0 where the models have none.</summary>
    internal double ScoreEnd(NgramState state) => _first.Model.EndId is null && _second?.Model.EndId is null
        ? 0
        : Score(ref state, _first.Model.EndId, _second?.Model.EndId);

    private double Score(ref NgramState state, int? first, int? second)
    {
        var (one, two) = state;
        var log10 = _first.Model.Score(ref one, first);
        if (_second is null)
        {
            state = new(one, two);
            return log10 * Ln10;
        }

        var other = _second.Model.Score(ref two, second);
        state = new(one, two);
        var isUnknown = first is null && second is null;
        var probability = (isUnknown || second is not null ? _share * Math.Pow(10, other) : 0)
            + (isUnknown || first is not null ? (1 - _share) * Math.Pow(10, log10) : 0);
        return Math.Max(Math.Log(probability), NgramModel.Log10Floor * Ln10);
    }
}

/// <summary>What came before a word, for each of two n-gram models.</summary>
internal readonly record struct NgramState(int First, int Second);

/// <summary>The beginning of a word, for each of two n-gram models.</summary>
internal readonly record struct WordState(int First, int Second)
{
    /// <summary>Whether neither has a word that begins like that.</summary>
    public bool IsOutside => First == Lexicon.Outside && Second == Lexicon.Outside;
}
