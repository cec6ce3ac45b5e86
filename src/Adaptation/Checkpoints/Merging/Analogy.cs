namespace Attune.Adaptation.Checkpoints.Merging;

/// <summary>A is to B as the result is to C.</summary>
/// <remarks>
/// Editing Models with Task Arithmetic, arXiv 2212.04089, section 5: C + (A - B). With A trained on real speech, B on synthetic speech of the same
/// texts and C on synthetic speech of another domain it is SYN2REAL, arXiv 2406.02925. lambda scales the difference, as the latter does.
/// </remarks>
internal static class Analogy
{
    /// <summary>c + lambda (a - b).</summary>
    public static float[] Complete(ReadOnlySpan<float> c, ReadOnlySpan<float> a, ReadOnlySpan<float> b, double lambda)
    {
        var result = new float[c.Length];
        for (var i = 0; i < result.Length; i++) result[i] = (float)(c[i] + (lambda * ((double)a[i] - b[i])));
        return result;
    }
}
