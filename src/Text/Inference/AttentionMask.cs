namespace Attune.Text.Inference;

/// <summary>What is added to the scores of attention: 0 where a token is seen.</summary>
/// <remarks>Thread-safe.</remarks>
internal static class AttentionMask
{
    /// <summary>
    /// Where a token is not seen. Its weight is exactly 0 beside any that is seen; minus infinity would make NaN of padded tokens that see nothing, which
    /// products with 0 would spread.
    /// </summary>
    public const float Unseen = -1e9f;

    /// <summary>Each token sees every real one of its row, shape (N, 1, 1, T).</summary>
    public static float[] Both(TokenBatch batch)
    {
        var mask = new float[batch.Count * batch.Longest];
        for (var row = 0; row < batch.Count; row++) mask.AsSpan((row * batch.Longest) + batch.Lengths[row], batch.Longest - batch.Lengths[row]).Fill(Unseen);
        return mask;
    }

    /// <summary>Each token sees itself and the real ones before it, shape (N, 1, T, P + T).</summary>
    /// <param name="batch">The new tokens.</param>
    /// <param name="past">Of each row, which of the P earlier places hold a token.</param>
    public static float[] Causal(TokenBatch batch, IReadOnlyList<IReadOnlyList<bool>> past)
    {
        var (earlier, width) = (past[0].Count, past[0].Count + batch.Longest);
        var mask = new float[batch.Count * batch.Longest * width];
        mask.AsSpan().Fill(Unseen);
        for (var row = 0; row < batch.Count; row++)
        {
            for (var token = 0; token < batch.Longest; token++)
            {
                var seen = mask.AsSpan(((row * batch.Longest) + token) * width, width);
                for (var place = 0; place < earlier; place++)
                {
                    if (past[row][place]) seen[place] = 0;
                }

                seen.Slice(earlier, token + 1).Clear(); // padding comes after whatever is real
            }
        }

        return mask;
    }
}
