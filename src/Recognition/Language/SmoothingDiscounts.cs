namespace Attune.Recognition.Language;

/// <summary>What modified Kneser-Ney smoothing takes from n-grams that occur once, twice, and three times or more.</summary>
/// <remarks>
/// Chen and Goodman 1998, equation 26: with n_k the number of n-grams of count k and Y = n1 / (n1 + 2 n2), the discounts are D_k = k - (k + 1) Y
/// n_(k+1) / n_k. That needs texts in which counts of one to four all occur. Where one does not, or a discount falls outside 0 to k, as with few or
/// repeated sentences, the discounts are 0.5, 1 and 1.5.
/// </remarks>
/// <param name="Once">From 0 to 1.</param>
/// <param name="Twice">From 0 to 2.</param>
/// <param name="More">From 0 to 3.</param>
public readonly record struct SmoothingDiscounts(double Once, double Twice, double More)
{
    /// <summary>For texts that do not say better.</summary>
    public static SmoothingDiscounts Fallback { get; } = new(0.5, 1, 1.5);

    /// <summary>Estimates them.</summary>
    /// <param name="countsOfCounts">Numbers of n-grams that occur once, twice, three and four times.</param>
    public static SmoothingDiscounts Estimate(ReadOnlySpan<long> countsOfCounts)
    {
        foreach (var count in countsOfCounts)
        {
            if (count == 0) return Fallback;
        }

        var (n1, n2, n3, n4) = ((double)countsOfCounts[0], (double)countsOfCounts[1], (double)countsOfCounts[2], (double)countsOfCounts[3]);
        var y = n1 / (n1 + (2 * n2));
        var discounts = new SmoothingDiscounts(1 - (2 * y * n2 / n1), 2 - (3 * y * n3 / n2), 3 - (4 * y * n4 / n3));
        return discounts is { Once: > 0 and <= 1, Twice: > 0 and <= 2, More: > 0 and <= 3 } ? discounts : Fallback;
    }

    /// <summary>What is taken from a count of at least 1.</summary>
    public double Of(long count) => count switch
    {
        1 => Once,
        2 => Twice,
        _ => More,
    };
}
