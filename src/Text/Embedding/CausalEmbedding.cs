using Attune.Text.Inference;

namespace Attune.Text.Embedding;

/// <summary>The vector of a text by a causal model.</summary>
/// <param name="reader">Owned.</param>
/// <param name="tokens">Of the text, at least one.</param>
/// <param name="size">D.</param>
internal sealed class CausalEmbedding(TokenReader reader, IReadOnlyList<int> tokens, int size) : TextEmbedding(size, tokens.Count, unknownCount: 0)
{
    public override bool Advance(CancellationToken cancellationToken)
    {
        var start = reader.Count;
        int[] piece = [.. tokens.Skip(start).Take(TextEngine.PieceTokens)];
        using var pass = reader.Read(piece, allLogits: false, cancellationToken);
        for (var i = 0; i < piece.Length; i++) Add(pass.Hidden(0, i));
        return reader.Count < tokens.Count;
    }

    public override void Dispose() => reader.Dispose();
}
