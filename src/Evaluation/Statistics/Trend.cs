namespace Attune.Evaluation.Statistics;

/// <summary>How a series of evenly spaced measurements rises or falls.</summary>
/// <param name="Slope">Theil and Sen's: the median of the slopes between all pairs of measurements, in units of the series for each step. A few that lie far out do not move it.</param>
/// <param name="Low">Lower bound of its interval.</param>
/// <param name="High">Upper bound of its interval.</param>
/// <remarks>
/// The interval is of a moving-block bootstrap (Künsch 1989, "The jackknife and the bootstrap for general stationary observations"): what is left beside the line is drawn in whole blocks, put
/// on the line again, and the slope is taken anew; percentiles of those slopes are its bounds. Measurements that follow each other resemble each other, as those of memory do, which drawing
/// them one by one would take for certainty. Deterministic.
/// </remarks>
public sealed record Trend(double Slope, double Low, double High)
{
    private const int Draws = 1_000, Seed = 1, BlocksInSeries = 10;

    /// <summary>Confidence of the interval.</summary>
    public const double Confidence = 0.95;

    /// <summary>Fewest measurements.</summary>
    public const int MinCount = 20;

    /// <summary>Whether the interval has zero in it, so that the series may well be flat.</summary>
    public bool MayBeFlat => Low <= 0 && High >= 0;

    /// <summary>Finds the trend.</summary>
    /// <param name="series">At least <see cref="MinCount"/> measurements in order; more than a thousand take seconds.</param>
    public static Trend Of(IReadOnlyList<double> series)
    {
        ArgumentNullException.ThrowIfNull(series);
        ArgumentOutOfRangeException.ThrowIfLessThan(series.Count, MinCount);
        var values = series.ToArray();
        var slopes = new double[values.Length * (values.Length - 1) / 2];
        var slope = SlopeOf(values, slopes);
        var rest = values.Select((value, i) => value - (slope * i)).ToArray();

        var random = new Random(Seed);
        var blockLength = Math.Max(2, values.Length / BlocksInSeries);
        var drawn = new double[Draws];
        var sample = new double[values.Length];
        for (var draw = 0; draw < Draws; draw++)
        {
            for (int at = 0, start = 0; at < sample.Length; at++, start++)
            {
                if (at % blockLength == 0) start = random.Next(values.Length - blockLength + 1);
                sample[at] = rest[start] + (slope * at);
            }

            drawn[draw] = SlopeOf(sample, slopes);
        }

        Array.Sort(drawn);
        const double tail = (1 - Confidence) / 2;
        return new Trend(slope, drawn[(int)(tail * Draws)], drawn[(int)((1 - tail) * Draws) - 1]);
    }

    private static double SlopeOf(double[] values, double[] slopes)
    {
        var count = 0;
        for (var i = 0; i < values.Length; i++)
        {
            for (var j = i + 1; j < values.Length; j++) slopes[count++] = (values[j] - values[i]) / (j - i);
        }

        Array.Sort(slopes);
        return count % 2 == 1 ? slopes[count / 2] : (slopes[(count / 2) - 1] + slopes[count / 2]) / 2;
    }
}
