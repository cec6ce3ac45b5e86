namespace Attune.Evaluation.Statistics;

/// <summary>Where a curve of costs leaves the shape of its beginning.</summary>
public static class Scaling
{
    /// <summary>The first point that no straight line comes near to together with all points before it.</summary>
    /// <remarks>
    /// The line may begin above zero, since costs that come once do not make a curve less straight, but not below it, since nothing costs less than nothing. With a tolerance of a tenth,
    /// a curve that bends upwards ends at the first point whose y for each x is 1.22 times the least before it, or earlier. The same for any unit of either axis.
    /// </remarks>
    /// <param name="points">With x ascending; x and y above 0.</param>
    /// <param name="tolerance">Most by which a line may miss a point, as a share of the point's y: above 0 and below 1.</param>
    /// <returns>Its index; null if one line comes near to all.</returns>
    public static int? EndOfLine(IReadOnlyList<(double X, double Y)> points, double tolerance)
    {
        ArgumentNullException.ThrowIfNull(points);
        // A line comes near to two points if its slope lies between those that join the top of one's tolerance with the bottom of the other's; one comes near to all if that of all pairs has something
        // in common. The origin is a point from which the line may be any distance upwards.
        var (least, most) = (double.NegativeInfinity, double.PositiveInfinity);
        for (var i = 0; i < points.Count; i++)
        {
            most = Math.Min(most, (1 + tolerance) * points[i].Y / points[i].X);
            for (var j = 0; j < i; j++)
            {
                var distance = points[i].X - points[j].X;
                least = Math.Max(least, (((1 - tolerance) * points[i].Y) - ((1 + tolerance) * points[j].Y)) / distance);
                most = Math.Min(most, (((1 + tolerance) * points[i].Y) - ((1 - tolerance) * points[j].Y)) / distance);
            }

            if (least > most) return i;
        }

        return null;
    }

    /// <summary>The first value that is more than a multiple of the least before it: where what was flat rises.</summary>
    /// <param name="values">In order.</param>
    /// <param name="factor">The multiple, at least 1.</param>
    /// <returns>Its index; null if there is none.</returns>
    public static int? EndOfFlat(IReadOnlyList<double> values, double factor)
    {
        ArgumentNullException.ThrowIfNull(values);
        var least = double.PositiveInfinity;
        for (var i = 0; i < values.Count; i++)
        {
            if (values[i] > factor * least) return i;
            least = Math.Min(least, values[i]);
        }

        return null;
    }
}
