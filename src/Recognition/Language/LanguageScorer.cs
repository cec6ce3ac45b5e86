using Attune.Recognition.Models;

namespace Attune.Recognition.Language;

/// <summary>Scores the words of a transcript while it grows symbol by symbol: language model, word bonus and hotwords together.</summary>
/// <remarks>
/// A word is scored when its delimiter comes or the transcript ends; an unknown one as soon as it can be no other, so that it does not push known ones out of a
/// beam. Immutable and thread-safe; a state is a value.
/// </remarks>
public sealed class LanguageScorer
{
    private readonly LanguageModel? _model;
    private readonly LanguageWeights _weights;
    private readonly HotwordAutomaton? _hotwords;
    private readonly Lexicon? _hotLexicon;
    private readonly int _delimiter;

    /// <param name="model">The language model; null for none, and then no word is unknown.</param>
    /// <param name="weights">What it counts.</param>
    /// <param name="hotwords">Phrases with boosts; of equal ones the last counts.</param>
    /// <param name="vocabulary">Symbols of the acoustic model.</param>
    /// <exception cref="ArgumentException">
    /// The vocabulary has no word delimiter, or a hotword cannot be written with it; the message says which.
    /// </exception>
    public LanguageScorer(LanguageModel? model, LanguageWeights weights, IReadOnlyCollection<Hotword> hotwords, Vocabulary vocabulary)
    {
        _delimiter = vocabulary.WordDelimiterId
            ?? throw new ArgumentException("Words can be scored only where the vocabulary has a word delimiter.");
        _model = model;
        _weights = weights;
        if (hotwords.Count > 0)
        {
            _hotwords = HotwordAutomaton.Create(hotwords, vocabulary);
            if (model is not null) _hotLexicon = HotwordAutomaton.WordsOf(hotwords, new Speller(vocabulary));
        }

        Begin = new(
            0, model?.Begin ?? default, model?.BeginWord ?? default, _hotLexicon is null ? Lexicon.Outside : Lexicon.Root, HotwordAutomaton.Start);
    }

    /// <summary>State of a transcript of which nothing has come.</summary>
    internal LanguageState Begin { get; }

    /// <summary>The state after one more symbol of text or, never twice running, the delimiter.</summary>
    internal LanguageState Next(in LanguageState state, int symbol)
    {
        var completed = 0.0;
        var hotword = _hotwords?.Next(state.Phrase, symbol, out completed) ?? 0;
        var next = symbol == _delimiter
            ? (IsUnknown(state) ? state : Score(state)) with { Word = Begin.Word, PhraseWord = Begin.PhraseWord }
            : state with { Word = _model?.Next(state.Word, symbol) ?? default, PhraseWord = _hotLexicon?.Next(state.PhraseWord, symbol) ?? Lexicon.Outside };
        if (IsUnknown(next) && !IsUnknown(state)) next = Score(next);
        return next with { Banked = next.Banked + completed + (symbol == _delimiter ? _weights.WordBonus : 0), Phrase = hotword };
    }

    /// <summary>The score so far: what is certain, and what an unfinished phrase promises.</summary>
    internal double ScoreOf(in LanguageState state) => _hotwords is null ? state.Banked : state.Banked + _hotwords.Potential(state.Phrase);

    /// <summary>The score of a transcript that ends here.</summary>
    /// <param name="state">After its last symbol.</param>
    /// <param name="isInWord">Whether that is not a delimiter.</param>
    internal double Finish(in LanguageState state, bool isInWord)
    {
        var end = isInWord ? Next(state, _delimiter) : state;
        return _model is null ? end.Banked : end.Banked + (_weights.Model * _model.ScoreEnd(end.Model));
    }

    /// <summary>Whether the unfinished word can be none that is known; then it is scored already.</summary>
    private bool IsUnknown(in LanguageState state) => _model is not null && state.Word.IsOutside && state.PhraseWord == Lexicon.Outside;

    /// <summary>The state with the unfinished word's score.</summary>
    private LanguageState Score(in LanguageState state)
    {
        if (_model is null) return state;
        var context = state.Model;
        var score = _weights.Model * _model.Score(ref context, state.Word);
        var isHotword = _hotLexicon is not null && _hotLexicon.WordAt(state.PhraseWord) >= 0;
        if (!isHotword && !_model.IsWord(state.Word)) score += _weights.UnknownWord;
        return state with { Banked = state.Banked + score, Model = context };
    }
}

/// <summary>Where a growing transcript stands.</summary>
/// <param name="Banked">Score of its complete words and phrases.</param>
/// <param name="Model">The words before the unfinished one.</param>
/// <param name="Word">The unfinished word in the language model's lexicons.</param>
/// <param name="PhraseWord">The same in the hotwords'.</param>
/// <param name="Phrase">State of the hotword automaton.</param>
internal readonly record struct LanguageState(double Banked, NgramState Model, WordState Word, int PhraseWord, int Phrase);
