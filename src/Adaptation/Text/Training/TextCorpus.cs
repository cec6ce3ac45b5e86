using Attune.Adaptation.Training;
using Attune.Text.Models;

namespace Attune.Adaptation.Text.Training;

/// <summary>Text to train a causal model on, and text that is held back.</summary>
/// <remarks>Immutable; thread-safe.</remarks>
public sealed class TextCorpus
{
    private TextCorpus(int[] training, int[] validation) => (Training, Validation) = (training, validation);

    /// <summary>Tokens to train on, documents one behind the other with the token that ends texts before each.</summary>
    public IReadOnlyList<int> Training { get; }

    /// <summary>Tokens that are held back, of the same form.</summary>
    public IReadOnlyList<int> Validation { get; }

    /// <summary>What is held back, as a set that is measured.</summary>
    /// <param name="model">Whose tokens.</param>
    public CausalSet HeldBack(TextModel model) =>
        new ExampleSet("held-back", model, [.. CausalExample.OfTokens(Validation, model.Config.ContextLength)], areAnswers: false);

    /// <summary>Cuts documents into tokens. Of each the end is held back.</summary>
    /// <param name="model">Whose tokens.</param>
    /// <param name="documents">Texts.</param>
    /// <param name="heldBack">Share of each that is held back, above 0 and below 1.</param>
    /// <exception cref="TrainingException">There is too little text.</exception>
    public static TextCorpus Create(TextModel model, IEnumerable<string> documents, double heldBack)
    {
        var (training, validation) = (new List<int>(), new List<int>());
        foreach (var document in documents)
        {
            var (first, last) = Split(document, heldBack);
            Append(training, first);
            Append(validation, last);
        }

        if (training.Count < 3 || validation.Count < 3)
            throw new TrainingException($"Training needs more text. Given: {training.Count} tokens to train on and {validation.Count} held back.");
        return new TextCorpus([.. training], [.. validation]);

        void Append(List<int> tokens, string text)
        {
            tokens.Add(model.Config.EndOfTextId);
            tokens.AddRange(model.Tokenizer.Encode(text));
        }
    }

    /// <summary>Cuts a document in two, at the end of a line if there is one.</summary>
    public static (string First, string Last) Split(string document, double heldBack)
    {
        var end = (int)(document.Length * (1 - heldBack));
        var line = document.LastIndexOf('\n', Math.Max(0, end - 1)) + 1;
        if (line > 0) end = line;
        else if (end > 0 && end < document.Length && char.IsLowSurrogate(document[end])) end--;
        return (document[..end], document[end..]);
    }
}
