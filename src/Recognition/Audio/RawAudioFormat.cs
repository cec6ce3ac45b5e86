namespace Attune.Recognition.Audio;

/// <summary>What headerless audio does not say about itself.</summary>
/// <param name="Encoding">How samples are coded. <see cref="AudioEncoding.Unspecified"/>: not headerless; the rest is not used.</param>
/// <param name="SampleRateHz">Samples per second and channel, 1,000 to 384,000.</param>
/// <param name="Channels">Interleaved channels, 1 to 32. Default 1.</param>
/// <remarks>Immutable.</remarks>
public sealed record RawAudioFormat(AudioEncoding Encoding, int SampleRateHz, int Channels = 1)
{
    /// <summary>Lowest rate accepted, in Hz.</summary>
    public const int MinSampleRateHz = 1_000;

    /// <summary>Highest rate accepted, in Hz.</summary>
    public const int MaxSampleRateHz = 384_000;

    /// <summary>Most channels accepted of headerless audio.</summary>
    public const int MaxChannels = 32;

    /// <summary>Checks every field.</summary>
    /// <exception cref="AudioException">
    /// <see cref="AudioError.UnsupportedEncoding"/>, <see cref="AudioError.UnsupportedSampleRate"/> or
    /// <see cref="AudioError.UnsupportedChannels"/>.
    /// </exception>
    public void Validate()
    {
        if (Encoding == AudioEncoding.Unspecified) return;
        if (!Enum.IsDefined(Encoding))
            throw new AudioException(
                AudioError.UnsupportedEncoding,
                $"The encoding must be one of {string.Join(", ", Enum.GetNames<AudioEncoding>())}; {(int)Encoding} was given.");
        RequireSampleRate(SampleRateHz);
        if (Channels is < 1 or > MaxChannels)
            throw new AudioException(
                AudioError.UnsupportedChannels,
                $"Headerless audio must have 1 to {MaxChannels} channels; {Channels} were given. Send fewer channels, or a WAV file.");
    }

    /// <summary>Throws <see cref="AudioError.UnsupportedSampleRate"/> unless the rate is in range.</summary>
    internal static void RequireSampleRate(long sampleRateHz)
    {
        if (sampleRateHz is < MinSampleRateHz or > MaxSampleRateHz)
            throw new AudioException(
                AudioError.UnsupportedSampleRate,
                $"The sample rate must be {MinSampleRateHz:N0} to {MaxSampleRateHz:N0} Hz; {sampleRateHz:N0} Hz was given. "
                + "Resample the audio, best to 16,000 Hz.");
    }
}
