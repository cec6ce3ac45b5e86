namespace Attune.Evaluation.Mixing;

/// <summary>Independent normal samples: the Gaussian noise of the papers.</summary>
/// <remarks>Immutable and thread-safe.</remarks>
public sealed class WhiteNoise : INoise
{
    /// <inheritdoc/>
    public float[] Excerpt(int length, Random random)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        ArgumentNullException.ThrowIfNull(random);
        var samples = new float[length];
        for (var i = 0; i < length; i += 2)
        {
            // Box and Muller 1958: two uniform numbers give two normal ones.
            var radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
            var (sin, cos) = Math.SinCos(2 * Math.PI * random.NextDouble());
            samples[i] = (float)(radius * cos);
            if (i + 1 < length) samples[i + 1] = (float)(radius * sin);
        }

        return samples;
    }
}
