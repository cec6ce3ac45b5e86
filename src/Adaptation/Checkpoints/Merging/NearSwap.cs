namespace Attune.Adaptation.Checkpoints.Merging;

/// <summary>Takes the second model's entries where they are near the base's, and moves toward them by a fixed amount elsewhere.</summary>
/// <remarks>MergeKit's method, from a model card (alchemonaut/QuartetAnemoi-70B-t0.0001); there is no paper.</remarks>
internal static class NearSwap
{
    /// <summary>base + s (other - base) with s = min(1, t / |other - base|): no entry moves by more than t.</summary>
    public static float[] Merge(ReadOnlySpan<float> source, ReadOnlySpan<float> other, double t)
    {
        var result = new float[source.Length];
        for (var i = 0; i < result.Length; i++)
        {
            var difference = (double)other[i] - source[i];
            result[i] = Math.Abs(difference) <= t ? other[i] : (float)(source[i] + (Math.Sign(difference) * t));
        }

        return result;
    }
}
