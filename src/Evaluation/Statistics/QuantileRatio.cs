namespace Attune.Evaluation.Statistics;

/// <summary>How many times as large a quantile of one series of measurements is as that of another.</summary>
/// <param name="Ratio">Of the quantiles over all turns.</param>
/// <param name="Low">Lower bound of its interval.</param>
/// <param name="High">Upper bound of its interval.</param>
/// <remarks>
/// The interval is of a bootstrap over turns, in which both were measured one after the other: turns are drawn whole, since what disturbs one measurement disturbs its neighbours too.
/// Deterministic.
/// </remarks>
public sealed record QuantileRatio(double Ratio, double Low, double High)
{
    private const int Draws = 1_000, Seed = 1;

    /// <summary>Confidence of the interval.</summary>
    public const double Confidence = 0.95;

    /// <summary>Compares two series.</summary>
    /// <param name="measured">Turns of the one.</param>
    /// <param name="reference">As many turns of the other; none of either is empty.</param>
    /// <param name="share">Which quantile, from 0 to 1.</param>
    /// <exception cref="ArgumentException">There are no turns, or not as many of both.</exception>
    public static QuantileRatio Of(IReadOnlyList<IReadOnlyList<double>> measured, IReadOnlyList<IReadOnlyList<double>> reference, double share)
    {
        ArgumentNullException.ThrowIfNull(measured);
        ArgumentNullException.ThrowIfNull(reference);
        if (measured.Count == 0 || measured.Count != reference.Count)
            throw new ArgumentException($"Both series need the same number of turns, at least one. Given: {measured.Count} and {reference.Count}.", nameof(measured));

        var random = new Random(Seed);
        var ratios = new double[Draws];
        var drawn = new int[measured.Count];
        for (var draw = 0; draw < Draws; draw++)
        {
            for (var i = 0; i < drawn.Length; i++) drawn[i] = random.Next(drawn.Length);
            ratios[draw] = RatioOf(drawn);
        }

        Array.Sort(ratios);
        var tail = (1 - Confidence) / 2;
        return new QuantileRatio(RatioOf([.. Enumerable.Range(0, measured.Count)]), At(ratios, tail), At(ratios, 1 - tail));

        double RatioOf(int[] turns) => At(Sorted(measured, turns), share) / At(Sorted(reference, turns), share);
    }

    private static double[] Sorted(IReadOnlyList<IReadOnlyList<double>> series, int[] turns)
    {
        double[] values = [.. turns.SelectMany(turn => series[turn])];
        Array.Sort(values);
        return values;
    }

    private static double At(double[] sorted, double share) => sorted[(int)Math.Ceiling(share * (sorted.Length - 1))];
}
