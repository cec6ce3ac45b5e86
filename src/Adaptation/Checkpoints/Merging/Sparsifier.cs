namespace Attune.Adaptation.Checkpoints.Merging;

/// <summary>Sets entries of a task vector to zero, in place.</summary>
internal static class Sparsifier
{
    /// <summary>Keeps the share <paramref name="density"/> of largest magnitudes.</summary>
    /// <remarks>TIES-Merging, arXiv 2306.01708, section 3.1: the top k % of each task vector, here of each tensor, as MergeKit does.</remarks>
    public static void KeepLargest(Span<float> delta, double density)
    {
        if (density >= 1) return;
        var cut = MagnitudeOrder.Largest(delta, Share(delta, density));
        foreach (ref var value in delta)
        {
            if (!cut.Contains(value)) value = 0;
        }
    }

    /// <summary>Drops the share <paramref name="gamma"/> of largest magnitudes and keeps the share <paramref name="density"/> below them.</summary>
    /// <remarks>
    /// Model Breadcrumbs, arXiv 2312.06795, section 3.1: layer by layer. Where gamma and density exceed 1 together, fewer are dropped at the top,
    /// so that the density is kept, as MergeKit does.
    /// </remarks>
    public static void KeepMiddle(Span<float> delta, double density, double gamma)
    {
        if (density >= 1) return;
        var kept = Share(delta, density);
        var dropped = Math.Min(Share(delta, gamma), delta.Length - kept);
        var top = MagnitudeOrder.Largest(delta, dropped);
        var topAndKept = MagnitudeOrder.Largest(delta, dropped + kept);
        foreach (ref var value in delta)
        {
            var isTop = top.Contains(value);
            if (!topAndKept.Contains(value) || isTop) value = 0;
        }
    }

    /// <summary>Keeps each entry with probability <paramref name="density"/>; if rescaled, the kept are divided by it.</summary>
    /// <remarks>
    /// DARE, arXiv 2311.03099, equations 2 and 3: dividing keeps the expected value. Recent versions of MergeKit match the sum of magnitudes instead.
    /// </remarks>
    public static void KeepAtRandom(Span<float> delta, double density, bool rescale, CounterRandom random)
    {
        if (density >= 1) return;
        var scale = rescale && density > 0 ? 1 / density : 1;
        for (var i = 0; i < delta.Length; i++) delta[i] = random[i] < density ? (float)(scale * delta[i]) : 0;
    }

    /// <summary>
    /// Keeps each entry with a probability from density - epsilon (smallest of its row) to density + epsilon (largest), evenly by rank; if
    /// rescaled, the kept are divided by their probability.
    /// </summary>
    /// <remarks>
    /// DELLA, arXiv 2406.11617, section 3.1. The paper speaks of rows of matrices: here a row is all weights of one output, convolutions included, and a
    /// vector is one row. A row of one entry has probability density.
    /// </remarks>
    public static void KeepAtRandomByRank(Span<float> delta, int rowLength, double density, double epsilon, bool rescale, CounterRandom random)
    {
        if (density >= 1) return;
        var (order, scratch) = (new int[rowLength], new int[rowLength]);
        for (var start = 0; start < delta.Length; start += rowLength)
        {
            var row = delta.Slice(start, rowLength);
            MagnitudeOrder.Sort(row, order, scratch);
            for (var rank = 0; rank < rowLength; rank++)
            {
                var i = order[rank];
                var centered = rowLength == 1 ? 0 : (2.0 * rank / (rowLength - 1)) - 1; // -1 for the smallest to 1 for the largest
                var probability = density + (epsilon * centered);
                if (random[start + i] >= probability) row[i] = 0;
                else if (rescale) row[i] = (float)(row[i] / probability);
            }
        }
    }

    private static int Share(Span<float> delta, double share) => (int)(share * delta.Length);
}
