namespace Attune.Adaptation.Checkpoints.Merging;

/// <summary>Spherical linear interpolation: along the arc between two tensors instead of the chord.</summary>
/// <remarks>
/// Shoemake, Animating Rotation with Quaternion Curves (SIGGRAPH 1985), whose vectors have unit length. For weights of other lengths the
/// paper is silent: the angle is taken between the directions, and the coefficients are applied to the tensors as they are, as MergeKit does.
/// Nearly parallel or opposite tensors, and those without direction, are interpolated linearly.
/// </remarks>
internal static class Slerp
{
    /// <summary>Cosine beyond which two tensors count as parallel or opposite; MergeKit's value.</summary>
    private const double ParallelCosine = 0.9995;

    /// <summary>From <paramref name="start"/> (t = 0) to <paramref name="end"/> (t = 1).</summary>
    /// <param name="start">Values at t = 0.</param>
    /// <param name="end">Values at t = 1, as many.</param>
    /// <param name="t">From 0 to 1.</param>
    public static float[] Interpolate(ReadOnlySpan<float> start, ReadOnlySpan<float> end, double t)
    {
        var cosine = Vectors.Cosine(start, end);
        var (a, b) = Math.Abs(cosine) > ParallelCosine ? (1 - t, t) : Coefficients(cosine, t);
        return Vectors.Combine(a, start, b, end);
    }

    /// <summary>sin((1 - t) angle) / sin(angle) and sin(t angle) / sin(angle); 1 - t and t if there is no angle.</summary>
    /// <param name="cosine">Of the angle; NaN if a vector has no direction.</param>
    /// <param name="t">From 0 to 1.</param>
    /// <param name="smallestSine">Sine below which the two count as parallel.</param>
    public static (double Start, double End) Coefficients(double cosine, double t, double smallestSine = 0)
    {
        if (double.IsNaN(cosine)) return (1 - t, t);
        var angle = Math.Acos(Math.Clamp(cosine, -1, 1));
        var sine = Math.Sin(angle);
        return sine <= smallestSine ? (1 - t, t) : (Math.Sin((1 - t) * angle) / sine, Math.Sin(t * angle) / sine);
    }
}
