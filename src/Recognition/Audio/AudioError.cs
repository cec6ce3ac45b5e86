namespace Attune.Recognition.Audio;

/// <summary>Why audio was refused: one label per cause, stable, used in answers and as a metric's tag.</summary>
public enum AudioError
{
    /// <summary>There are no bytes, or a well-formed file holds no samples.</summary>
    Empty,

    /// <summary>The bytes end before what they announce.</summary>
    Truncated,

    /// <summary>The bytes contradict themselves or cannot be decoded.</summary>
    Corrupt,

    /// <summary>The bytes begin like no known audio file.</summary>
    UnsupportedFormat,

    /// <summary>The container is known, but not the way its samples are coded.</summary>
    UnsupportedEncoding,

    /// <summary>The sample rate is outside 1,000..384,000 Hz (<see cref="RawAudioFormat.MaxSampleRateHz"/>).</summary>
    UnsupportedSampleRate,

    /// <summary>The number of channels is outside 1..<see cref="RawAudioFormat.MaxChannels"/>.</summary>
    UnsupportedChannels,

    /// <summary>A sample is NaN or infinite.</summary>
    NotFinite,

    /// <summary>There are fewer samples than the model needs for one frame. Raised by the recognizer, which knows the model.</summary>
    TooShort,

    /// <summary>It lasts longer than <see cref="AudioOptions.MaxDuration"/>.</summary>
    TooLong,

    /// <summary>The program that decodes compressed audio is not installed on the server.</summary>
    DecoderMissing,

    /// <summary>The program that decodes compressed audio did not finish within <see cref="AudioOptions.DecoderTimeout"/>.</summary>
    DecoderTimedOut,

    /// <summary>The program that decodes compressed audio answered something that it should not.</summary>
    DecoderFailed,
}
