namespace Attune.Adaptation.Training;

/// <summary>A decoded recording with its transcript.</summary>
/// <param name="Samples">At the model's rate; 16 bits, since a corpus is held in memory whole. Full scale is 32767.</param>
/// <param name="Text">Transcript in the vocabulary's case.</param>
/// <param name="Labels">Its symbols.</param>
public sealed record TrainingUtterance(short[] Samples, string Text, int[] Labels)
{
    private const float FullScale = short.MaxValue;

    /// <summary>Rounds amplitudes to 16 bits; those beyond full scale are clipped.</summary>
    public static short[] Quantize(ReadOnlySpan<float> samples)
    {
        var values = new short[samples.Length];
        for (var i = 0; i < values.Length; i++) values[i] = (short)Math.Clamp(MathF.Round(samples[i] * FullScale), -FullScale, FullScale);
        return values;
    }

    /// <summary>Amplitudes in [-1, 1].</summary>
    public float[] ToFloats()
    {
        var values = new float[Samples.Length];
        for (var i = 0; i < values.Length; i++) values[i] = Samples[i] / FullScale;
        return values;
    }
}
