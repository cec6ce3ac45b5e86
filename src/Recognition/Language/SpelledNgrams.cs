using Attune.Recognition.Models;

namespace Attune.Recognition.Language;

/// <summary>An n-gram model whose words are found by the symbols that spell them.</summary>
/// <remarks>
/// Case does not matter where the symbols have only one; of words spelled alike the more probable one counts, and words that cannot be spelled are left
/// out. Immutable and thread-safe.
/// </remarks>
internal sealed class SpelledNgrams
{
    /// <exception cref="ArgumentException">None of the model's words can be spelled.</exception>
    public SpelledNgrams(NgramModel model, Vocabulary vocabulary)
    {
        Model = model;
        var speller = new Speller(vocabulary);
        foreach (var id in Enumerable.Range(0, model.Words.Count).Where(id => !model.IsSpecial(id)).OrderByDescending(model.UnigramLog10))
        {
            if (speller.TrySpell(model.Words[id], out var symbols) && Lexicon.TryAdd(symbols, id)) WordCount++;
        }

        if (WordCount == 0)
            throw new ArgumentException("None of the language model's words can be written with the symbols of the acoustic model. Take one of its language.");
    }

    public NgramModel Model { get; }

    /// <summary>Ids of words by their symbols.</summary>
    public Lexicon Lexicon { get; } = new();

    /// <summary>Words that can be spelled.</summary>
    public int WordCount { get; }

    /// <summary>The word that ends in a node of the lexicon; null if none does.</summary>
    public int? WordAt(int node) => Lexicon.WordAt(node) is >= 0 and var word ? word : null;
}
