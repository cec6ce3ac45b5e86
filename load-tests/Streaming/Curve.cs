using Attune.Evaluation.Statistics;

namespace Attune.Streaming;

/// <summary>A place of a curve.</summary>
/// <param name="X">Where it was measured.</param>
/// <param name="Value">What was measured there.</param>
/// <param name="Low">The lowest run.</param>
/// <param name="High">The highest run.</param>
internal readonly record struct CurvePoint(double X, double Value, double Low, double High)
{
    /// <summary>The median of runs and their spread.</summary>
    public static CurvePoint Of(double x, Distribution runs) => new(x, runs.At(0.5), runs.At(0), runs.At(1));
}

/// <summary>A line of a picture.</summary>
/// <param name="Name">For the legend.</param>
/// <param name="Points">With x ascending.</param>
/// <param name="End">Index of the point at which it leaves the shape of its beginning; null if it does not.</param>
internal sealed record Curve(string Name, IReadOnlyList<CurvePoint> Points, int? End)
{
    /// <summary>Most by which a straight line may miss a point of costs, as a share of the point.</summary>
    public const double Tolerance = 0.1;

    /// <summary>A curve that is straight as long as it is linear.</summary>
    public static Curve OfCosts(string name, IReadOnlyList<CurvePoint> points) => new(name, points, Scaling.EndOfLine([.. points.Select(point => (point.X, point.Value))], Tolerance));

    /// <summary>A curve that is flat at its beginning.</summary>
    /// <param name="name">For the legend.</param>
    /// <param name="points">With x ascending.</param>
    /// <param name="rise">It no longer is where it is more than this many times the least before.</param>
    public static Curve OfLatencies(string name, IReadOnlyList<CurvePoint> points, double rise) => new(name, points, Scaling.EndOfFlat([.. points.Select(point => point.Value)], rise));

    /// <summary>Where it leaves that shape, in words.</summary>
    /// <param name="unit">Of x.</param>
    public string EndAt(string unit) => FormattableString.Invariant($"{Name}: {(End is { } end ? $"at {Points[end].X:0.##} {unit}" : $"not up to {Points[^1].X:0.##} {unit}")}");
}
