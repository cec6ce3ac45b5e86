using Attune.Adaptation.Text.Examples;
using Attune.Text.Inference;
using Attune.Text.Models;
using static TorchSharp.torch;

namespace Attune.Adaptation.Text.Updates;

/// <summary>What an update of text minimises: a weighted sum of the losses of rows of tokens, computed in pieces.</summary>
/// <remarks>
/// Rows of similar length are computed together, as many as have at most <see cref="PieceTokens"/> tokens with padding; memory is that of one such piece, or of the longest row. Immutable;
/// thread-safe.
/// </remarks>
public sealed class TextTask
{
    /// <summary>Most tokens of rows that are computed together, padding included.</summary>
    public const int PieceTokens = 512;

    private readonly IReadOnlyList<Piece> _pieces;

    private TextTask(IReadOnlyList<Piece> pieces)
    {
        _pieces = pieces;
        TokenCount = pieces.Sum(piece => piece.Batch.Count * piece.Batch.Longest);
    }

    /// <summary>Tokens that a step reads, padding included.</summary>
    public int TokenCount { get; }

    internal IReadOnlyList<Piece> Pieces => _pieces;

    /// <summary>The negative log-probability of the next token, its mean over all tokens of all texts, in nats.</summary>
    /// <param name="texts">Rows of each text, by <see cref="TextWindows"/>; at least one row in all.</param>
    public static TextTask NextTokens(IReadOnlyList<IReadOnlyList<int[]>> texts)
    {
        double tokens = texts.Sum(rows => rows.Sum(row => row.Length - 1));
        return Of(
            [.. texts.SelectMany(rows => rows).Select(row => new Row(row, (row.Length - 1) / tokens))],
            (logits, batch, _) => NextTokenObjective.Evaluate(logits, batch));
    }

    /// <summary>The negative log-probability of the label, its mean over the rows of each text and over the texts, in nats.</summary>
    /// <param name="texts">Rows of each text, by <see cref="TextWindows"/>, and its label; at least one.</param>
    public static TextTask Labels(IReadOnlyList<(IReadOnlyList<int[]> Rows, int Label)> texts) => Of(
        [.. texts.SelectMany(text => text.Rows.Select(row => new Row(row, 1.0 / (texts.Count * text.Rows.Count), text.Label)))],
        (logits, _, labels) => LabelObjective.Evaluate(logits, labels));

    /// <summary>What a model minimises to learn examples: <see cref="NextTokens"/>, or <see cref="Labels"/> for a classifier.</summary>
    /// <param name="model">Whose tokens and labels.</param>
    /// <param name="examples">With their rows, by <see cref="TextWindows"/>; at least one, with labels for a classifier.</param>
    /// <exception cref="ArgumentOutOfRangeException">A label is none of the model's.</exception>
    public static TextTask Examples(TextModel model, IReadOnlyList<(TextExample Example, IReadOnlyList<int[]> Rows)> examples)
    {
        return model.Config.Architecture == TextArchitecture.Gpt2
            ? NextTokens([.. examples.Select(part => part.Rows)])
            : Labels([.. examples.Select(part => (part.Rows, LabelOf(part.Example)))]);

        int LabelOf(TextExample example)
        {
            if (example.Label is { } label && label >= 0 && label < model.Config.Labels.Count) return label;
            throw new ArgumentOutOfRangeException(nameof(examples), example.Label, $"An example for a classifier needs a label from 0 to {model.Config.Labels.Count - 1}.");
        }
    }

    /// <summary>The entropy of the labels, its mean over the texts, in nats.</summary>
    /// <param name="texts">One row each, at least one text. Types of tokens are theirs.</param>
    public static TextTask Entropy(IReadOnlyList<TokenBatch> texts) => new(
    [
        .. Together(texts).Select(part => new Piece(part.Batch, [.. part.Texts.Select(_ => 1.0 / texts.Count)], LabelEntropy.Evaluate)),
    ]);

    /// <summary>Texts of one row each, in batches of at most <see cref="PieceTokens"/> tokens with padding, or one text.</summary>
    /// <returns>Each batch with the places that its rows have among the texts.</returns>
    internal static IReadOnlyList<(TokenBatch Batch, IReadOnlyList<int> Texts)> Together(IReadOnlyList<TokenBatch> texts)
    {
        var parts = new List<(TokenBatch Batch, IReadOnlyList<int> Texts)>();
        var waiting = new List<int>();
        foreach (var text in Enumerable.Range(0, texts.Count).OrderBy(text => texts[text].Longest))
        {
            if (waiting.Count > 0 && (waiting.Count + 1) * texts[text].Longest > PieceTokens) Close();
            waiting.Add(text);
        }

        if (waiting.Count > 0) Close();
        return parts;

        void Close()
        {
            var rows = new TokenBatch([.. waiting.Select(text => Values(texts[text].Ids))], [.. waiting.Select(text => Values(texts[text].Types))]);
            parts.Add((rows, [.. waiting]));
            waiting.Clear();
        }

        static int[] Values(ReadOnlyMemory<long> values) => [.. values.ToArray().Select(value => (int)value)];
    }

    private static TextTask Of(IReadOnlyList<Row> rows, Func<Tensor, TokenBatch, IReadOnlyList<int>, Tensor> losses)
    {
        if (rows.Count == 0) throw new ArgumentException("A task needs at least one row of tokens.", nameof(rows));
        var pieces = new List<Piece>();
        var waiting = new List<Row>();
        foreach (var row in rows.OrderBy(row => row.Tokens.Length))
        {
            if (waiting.Count > 0 && (waiting.Count + 1) * row.Tokens.Length > PieceTokens) Close();
            waiting.Add(row);
        }

        Close();
        return new TextTask(pieces);

        void Close()
        {
            var batch = new TokenBatch([.. waiting.Select(row => row.Tokens)]);
            int[] labels = [.. waiting.Select(row => row.Label)];
            pieces.Add(new Piece(batch, [.. waiting.Select(row => row.Weight)], logits => losses(logits, batch, labels)));
            waiting.Clear();
        }
    }

    /// <summary>Rows that are computed together.</summary>
    /// <param name="Batch">Their tokens.</param>
    /// <param name="Weights">Of each row's loss in the task's.</param>
    /// <param name="Losses">From logits to the loss of each row, shape (N).</param>
    internal sealed record Piece(TokenBatch Batch, IReadOnlyList<double> Weights, Func<Tensor, Tensor> Losses)
    {
        /// <summary>Its part of the task's loss. The caller's scope disposes.</summary>
        public Tensor Loss(Tensor logits)
        {
            var losses = Losses(logits);
            return (losses * tensor(Weights.Select(weight => (float)weight).ToArray(), device: losses.device)).sum();
        }
    }

    private sealed record Row(int[] Tokens, double Weight, int Label = 0);
}
