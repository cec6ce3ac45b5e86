using Attune.Text.Tokenization;

namespace Attune.Text.Inference;

/// <summary>A text, or a pair of texts, as BERT reads it: [CLS] text [SEP], and for a pair another text and [SEP], of type 1.</summary>
/// <remarks>Immutable.</remarks>
internal sealed class ClassifierText
{
    /// <param name="tokenizer">Of the model.</param>
    /// <param name="text">The text.</param>
    /// <param name="pair">The second text; null for none.</param>
    /// <exception cref="TextException">InvalidUnicode.</exception>
    public ClassifierText(WordPieceTokenizer tokenizer, string text, string? pair)
    {
        int[] first = Frame(tokenizer, tokenizer.Encode(text));
        int[] second = pair is null ? [] : [.. tokenizer.Encode(pair), tokenizer.SeparatorId];
        int[] tokens = [.. first, .. second];
        Batch = new TokenBatch([tokens], [[.. first.Select(_ => 0), .. second.Select(_ => 1)]]);
        UnknownCount = tokens.Count(tokenizer.IsUnknown);
    }

    /// <param name="tokenizer">Of the model.</param>
    /// <param name="tokens">Of a text or a part of it, without special ones.</param>
    public ClassifierText(WordPieceTokenizer tokenizer, IReadOnlyList<int> tokens)
    {
        Batch = new TokenBatch([Frame(tokenizer, tokens)]);
        UnknownCount = tokens.Count(tokenizer.IsUnknown);
    }

    /// <summary>One row.</summary>
    public TokenBatch Batch { get; }

    /// <summary>Tokens, special ones included.</summary>
    public int TokenCount => Batch.Longest;

    /// <summary>Those that stand for something that the vocabulary does not have.</summary>
    public int UnknownCount { get; }

    /// <summary>Tokens of one text with the special ones around them.</summary>
    public static int[] Frame(WordPieceTokenizer tokenizer, IReadOnlyList<int> tokens) => [tokenizer.ClassificationId, .. tokens, tokenizer.SeparatorId];
}
