namespace Attune.Adaptation.Training;

/// <summary>A second-order Butterworth section, transposed direct form II.</summary>
/// <remarks>Coefficients from R. Bristow-Johnson, "Cookbook formulae for audio EQ biquad filter coefficients", Q = 1/sqrt(2).</remarks>
internal readonly struct Biquad
{
    private readonly float _b0, _b1, _b2, _a1, _a2;

    private Biquad(double edge, double middle, double cosine, double alpha)
    {
        var scale = 1 / (1 + alpha);
        (_b0, _b1, _b2) = ((float)(edge * scale), (float)(middle * scale), (float)(edge * scale));
        (_a1, _a2) = ((float)(-2 * cosine * scale), (float)((1 - alpha) * scale));
    }

    public static Biquad LowPass(double cutoffHz, int sampleRateHz)
    {
        var (cosine, alpha) = Prepare(cutoffHz, sampleRateHz);
        return new Biquad((1 - cosine) / 2, 1 - cosine, cosine, alpha);
    }

    public static Biquad HighPass(double cutoffHz, int sampleRateHz)
    {
        var (cosine, alpha) = Prepare(cutoffHz, sampleRateHz);
        return new Biquad((1 + cosine) / 2, -(1 + cosine), cosine, alpha);
    }

    /// <summary>Filters in place, from rest.</summary>
    public void Apply(Span<float> samples)
    {
        float first = 0, second = 0;
        foreach (ref var sample in samples)
        {
            var input = sample;
            sample = (_b0 * input) + first;
            first = (_b1 * input) - (_a1 * sample) + second;
            second = (_b2 * input) - (_a2 * sample);
        }
    }

    private static (double Cosine, double Alpha) Prepare(double cutoffHz, int sampleRateHz)
    {
        // Above nine tenths of the band there is nothing to filter, and the formulas would need a frequency below its end.
        var angle = 2 * Math.PI * Math.Min(cutoffHz, 0.45 * sampleRateHz) / sampleRateHz;
        return (Math.Cos(angle), Math.Sin(angle) / Math.Sqrt(2));
    }
}
