using Attune.Text.Models;

namespace Attune.Text.Inference;

/// <summary>How many tokens a model reads, and where they stand.</summary>
internal static class TokenLimits
{
    /// <summary>Checks that all tokens are in the vocabulary and that no row becomes longer than the model reads.</summary>
    /// <param name="batch">The new tokens.</param>
    /// <param name="earlier">Tokens of each row before; null for none.</param>
    /// <param name="config">Of the model.</param>
    /// <exception cref="TextException">TooLong.</exception>
    /// <exception cref="ArgumentException">A token is not in the vocabulary.</exception>
    public static void Check(TokenBatch batch, IReadOnlyList<int>? earlier, TextModelConfig config)
    {
        for (var row = 0; row < batch.Count; row++) CheckLength((earlier?[row] ?? 0) + batch.Lengths[row], config);
        foreach (var token in batch.Ids.Span)
        {
            if (token < 0 || token >= config.VocabularySize)
                throw new ArgumentException($"A token must be from 0 to {config.VocabularySize - 1}. Given: {token}.", nameof(batch));
        }
    }

    /// <exception cref="TextException">TooLong: there are more tokens than the model reads at once.</exception>
    public static void CheckLength(int tokens, TextModelConfig config)
    {
        if (tokens <= config.ContextLength) return;
        throw new TextException(
            TextError.TooLong, $"The model reads at most {config.ContextLength} tokens at once, special ones included. Given: {tokens}. Send a shorter text.");
    }

    /// <summary>Position of each token in its text; padding stands at the last one at most.</summary>
    public static long[] Positions(TokenBatch batch, IReadOnlyList<int>? earlier, TextModelConfig config)
    {
        var positions = new long[batch.Count * batch.Longest];
        for (var row = 0; row < batch.Count; row++)
        {
            for (var i = 0; i < batch.Longest; i++)
                positions[(row * batch.Longest) + i] = Math.Min((earlier?[row] ?? 0) + i, config.ContextLength - 1);
        }

        return positions;
    }
}
