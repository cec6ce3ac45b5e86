using Attune.Text.Models;
using Attune.Text.Tokenization;

namespace Attune.Text.Inference;

/// <summary>Cuts texts of any length into rows that a model reads at once.</summary>
/// <remarks>Thread-safe.</remarks>
public static class TextWindows
{
    /// <summary>Rows with the special tokens that a model's texts have.</summary>
    /// <remarks>
    /// For GPT-2, the token that ends texts stands before the first row and the last token of a row before the next one, so that every token of the text is predicted exactly once. For
    /// BERT, each row has [CLS] in front and [SEP] behind.
    /// </remarks>
    /// <param name="model">Whose tokens.</param>
    /// <param name="text">Any text. An empty one has no row for GPT-2, and one of special tokens for BERT.</param>
    /// <param name="longest">Most tokens of a row, special ones included, from 3; no more than the model reads are taken.</param>
    /// <exception cref="TextException">InvalidUnicode.</exception>
    public static IReadOnlyList<int[]> Rows(TextModel model, string text, int longest)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(longest, 3);
        if (model.Tokenizer is WordPieceTokenizer wordPieces) return [.. Chunks(model, text, longest).Select(chunk => ClassifierText.Frame(wordPieces, chunk))];

        var size = Math.Min(longest, model.Config.ContextLength) - 1;
        var tokens = model.Tokenizer.Encode(text);
        var rows = new List<int[]>();
        for (var start = 0; start < tokens.Count; start += size)
            rows.Add([start == 0 ? model.Config.EndOfTextId : tokens[start - 1], .. tokens.Skip(start).Take(size)]);
        return rows;
    }

    /// <summary>The tokens of a text without special ones, in parts that leave room for them.</summary>
    internal static IReadOnlyList<int[]> Chunks(TextModel model, string text, int longest)
    {
        var size = Math.Min(longest, model.Config.ContextLength) - (model.Tokenizer is WordPieceTokenizer ? 2 : 0);
        var tokens = model.Tokenizer.Encode(text);
        return tokens.Count == 0 ? [[]] : [.. tokens.Chunk(size)];
    }
}
