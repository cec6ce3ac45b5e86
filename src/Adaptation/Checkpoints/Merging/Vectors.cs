namespace Attune.Adaptation.Checkpoints.Merging;

/// <summary>Sums over vectors of floats, in double precision.</summary>
internal static class Vectors
{
    /// <summary>Sum of products.</summary>
    public static double Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++) sum += (double)a[i] * b[i];
        return sum;
    }

    /// <summary>Euclidean length.</summary>
    public static double Norm(ReadOnlySpan<float> a) => Math.Sqrt(Dot(a, a));

    /// <summary>Cosine of the angle between two vectors; NaN if one of them is zero.</summary>
    public static double Cosine(ReadOnlySpan<float> a, ReadOnlySpan<float> b) => Dot(a, b) / (Norm(a) * Norm(b));

    /// <summary>scaleA a + scaleB b.</summary>
    public static float[] Combine(double scaleA, ReadOnlySpan<float> a, double scaleB, ReadOnlySpan<float> b)
    {
        var result = new float[a.Length];
        for (var i = 0; i < result.Length; i++) result[i] = (float)((scaleA * a[i]) + (scaleB * b[i]));
        return result;
    }

    /// <summary>The difference of two tensors: a task vector, if the second is where the first was trained from.</summary>
    public static float[] Subtract(ReadOnlySpan<float> from, ReadOnlySpan<float> start) => Combine(1, from, -1, start);

    /// <summary>Sum of magnitudes.</summary>
    public static double SumOfMagnitudes(ReadOnlySpan<float> a)
    {
        var sum = 0.0;
        foreach (var value in a) sum += Math.Abs(value);
        return sum;
    }

    /// <summary>Multiplies in place.</summary>
    public static void Scale(Span<float> values, double factor)
    {
        for (var i = 0; i < values.Length; i++) values[i] = (float)(factor * values[i]);
    }
}
