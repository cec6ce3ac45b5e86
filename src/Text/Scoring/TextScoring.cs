using System.Text;
using Attune.Text.Inference;
using Attune.Text.Tokenization;

namespace Attune.Text.Scoring;

/// <summary>Scores one text. The token that ends texts stands before it, so that its first token has a probability too.</summary>
/// <remarks>Not thread-safe; the owner disposes it.</remarks>
public sealed class TextScoring : ITextWork
{
    private readonly TokenReader _reader;
    private readonly ITokenizer _tokenizer;
    private readonly IReadOnlyList<int> _tokens;
    private readonly int _bytes;
    private readonly List<ScoredToken> _scored = [];

    /// <param name="reader">Owned.</param>
    /// <param name="tokenizer">Spells tokens.</param>
    /// <param name="tokens">The token before the text, and those of the text, at least one.</param>
    /// <param name="bytes">Length of the text in UTF-8.</param>
    internal TextScoring(TokenReader reader, ITokenizer tokenizer, IReadOnlyList<int> tokens, int bytes) =>
        (_reader, _tokenizer, _tokens, _bytes) = (reader, tokenizer, tokens, bytes);

    /// <summary>The score, once there is no further piece.</summary>
    /// <exception cref="InvalidOperationException">There is one.</exception>
    public TextScore Result => _scored.Count == _tokens.Count - 1
        ? new TextScore(_scored, _bytes)
        : throw new InvalidOperationException("The text has not been read to its end.");

    public bool Advance(CancellationToken cancellationToken)
    {
        var start = _scored.Count;
        // The last token has nothing after it to predict.
        var count = Math.Min(TextEngine.PieceTokens, _tokens.Count - 1 - start);
        using var pass = _reader.Read([.. _tokens.Skip(start).Take(count)], allLogits: true, cancellationToken);
        for (var i = 0; i < count; i++)
        {
            var logits = pass.Logits(0, i);
            var next = _tokens[start + i + 1];
            _scored.Add(new(next, Encoding.UTF8.GetString(_tokenizer.Bytes(next)), logits[next] - LogSoftmax.Normalizer(logits)));
        }

        return _scored.Count < _tokens.Count - 1;
    }

    public void Dispose() => _reader.Dispose();
}
