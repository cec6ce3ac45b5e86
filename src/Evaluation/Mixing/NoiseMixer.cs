namespace Attune.Evaluation.Mixing;

/// <summary>Mixes speech with noise as the papers on test-time adaptation do.</summary>
/// <remarks>
/// <para>As LibriSpeech-C of Lin, Huang and Lee 2024, "Continual Test-time Adaptation for End-to-end Speech Recognition on Noisy
/// Speech", arXiv 2406.11064, which follows MS-SNSD (Reddy et al. 2019, arXiv 1909.08050): (1) speech and the excerpt of noise below
/// it are each brought to -25 dB of full scale, root mean square over the utterance; (2) the noise is scaled for the signal-to-noise
/// ratio; (3) they are added.</para>
/// <para>The ratio is that of the powers, and holds for each utterance. Where the sum goes beyond full scale, speech and noise are turned
/// down together: nothing is clipped, and the ratio stays.</para>
/// </remarks>
public static class NoiseMixer
{
    /// <summary>Level of the speech, in dB of full scale. -25, as published.</summary>
    public const double LevelDb = -25;

    /// <summary>Mixes.</summary>
    /// <param name="speech">Finite amplitudes that are not all 0.</param>
    /// <param name="noise">As many amplitudes, not all 0.</param>
    /// <param name="snrDb">Power of the speech over that of the noise.</param>
    /// <exception cref="ArgumentException">Lengths differ, or one of them is silent.</exception>
    public static MixedSpeech Mix(ReadOnlySpan<float> speech, ReadOnlySpan<float> noise, double snrDb)
    {
        if (speech.Length != noise.Length)
            throw new ArgumentException($"Speech and noise must be of one length. Given: {speech.Length} and {noise.Length} samples.", nameof(noise));

        var speechGain = GainTo(LevelDb, speech, nameof(speech));
        var noiseGain = GainTo(LevelDb - snrDb, noise, nameof(noise));
        var samples = new float[speech.Length];
        var peak = 0f;
        for (var i = 0; i < samples.Length; i++)
        {
            samples[i] = (float)((speechGain * speech[i]) + (noiseGain * noise[i]));
            peak = Math.Max(peak, Math.Abs(samples[i]));
        }

        if (peak <= 1) return new MixedSpeech(samples, 1);
        foreach (ref var sample in samples.AsSpan()) sample /= peak;
        return new MixedSpeech(samples, 1 / peak);
    }

    private static double GainTo(double levelDb, ReadOnlySpan<float> samples, string name)
    {
        var energy = 0.0;
        foreach (var sample in samples) energy += (double)sample * sample;
        return energy > 0
            ? Math.Pow(10, levelDb / 20) / Math.Sqrt(energy / samples.Length)
            : throw new ArgumentException("Silence cannot be brought to a level.", name);
    }
}
