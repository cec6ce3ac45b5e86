namespace Attune.Recognition.Audio;

/// <summary>Decoded sound of one channel.</summary>
/// <param name="Samples">
/// Finite amplitudes, shape (S), nominally in [-1, 1]; floating-point recordings may exceed it. Not to be written to.
/// </param>
/// <param name="SampleRateHz">Samples per second, above 0.</param>
/// <remarks>Thread-safe as long as nobody writes to <paramref name="Samples"/>. Equality compares the array's identity.</remarks>
public sealed record Waveform(float[] Samples, int SampleRateHz)
{
    /// <summary>How long it sounds.</summary>
    public TimeSpan Duration => TimeSpan.FromSeconds((double)Samples.Length / SampleRateHz);
}
