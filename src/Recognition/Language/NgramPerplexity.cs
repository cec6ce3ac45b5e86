namespace Attune.Recognition.Language;

/// <summary>How well a model foresees a text.</summary>
/// <param name="Sentences">Sentences with at least one word.</param>
/// <param name="Words">Words, without the ends of sentences.</param>
/// <param name="UnknownWords">Those of them that the model does not have.</param>
/// <param name="Log10Probability">Of the text, ends of sentences included.</param>
/// <param name="Log10Unknown">What unknown words contribute to that.</param>
public readonly record struct NgramPerplexity(int Sentences, long Words, long UnknownWords, double Log10Probability, double Log10Unknown)
{
    /// <summary>Perplexity for each word and end of a sentence, unknown words by the probability that the model gives to all of them together.</summary>
    public double WithUnknown => Math.Pow(10, -Log10Probability / (Words + Sentences));

    /// <summary>The same without unknown words.</summary>
    public double WithoutUnknown => Math.Pow(10, -(Log10Probability - Log10Unknown) / (Words - UnknownWords + Sentences));

    /// <summary>Measures a text.</summary>
    /// <param name="model">The model.</param>
    /// <param name="sentences">Words of each sentence.</param>
    public static NgramPerplexity Of(NgramModel model, IEnumerable<IReadOnlyList<string>> sentences)
    {
        var total = default(NgramPerplexity);
        foreach (var sentence in sentences.Where(sentence => sentence.Count > 0))
        {
            var state = model.BeginState;
            total = total with { Sentences = total.Sentences + 1, Words = total.Words + sentence.Count };
            foreach (var word in sentence)
            {
                var id = model.Find(word);
                var score = model.Score(ref state, id);
                total = total with { Log10Probability = total.Log10Probability + score };
                if (id is null || id == model.UnknownId) total = total with { UnknownWords = total.UnknownWords + 1, Log10Unknown = total.Log10Unknown + score };
            }

            if (model.EndId is { } end) total = total with { Log10Probability = total.Log10Probability + model.Score(ref state, end) };
        }

        return total;
    }
}
