namespace Attune.Recognition.Tests.Audio;

/// <summary>Signals with known values.</summary>
internal static class Signals
{
    public static float[] Sine(double frequencyHz, int sampleRateHz, int length, double amplitude = 1)
    {
        var samples = new float[length];
        for (var i = 0; i < length; i++) samples[i] = (float)(amplitude * Math.Sin(2 * Math.PI * frequencyHz * i / sampleRateHz));
        return samples;
    }

    public static float[] Noise(int length, int seed, double amplitude = 1)
    {
        var random = new Random(seed);
        var samples = new float[length];
        for (var i = 0; i < length; i++) samples[i] = (float)(amplitude * ((2 * random.NextDouble()) - 1));
        return samples;
    }

    /// <summary>Largest absolute difference, leaving out so many samples at either end.</summary>
    public static double MaxDifference(ReadOnlySpan<float> left, ReadOnlySpan<float> right, int edge = 0)
    {
        Assert.Equal(left.Length, right.Length);
        var max = 0.0;
        for (var i = edge; i < left.Length - edge; i++) max = Math.Max(max, Math.Abs((double)left[i] - right[i]));
        return max;
    }

    public static double RootMeanSquare(ReadOnlySpan<float> samples)
    {
        var sum = 0.0;
        foreach (var sample in samples) sum += (double)sample * sample;
        return Math.Sqrt(sum / samples.Length);
    }
}
