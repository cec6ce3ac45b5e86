namespace Attune.Recognition.Audio;

/// <summary>Audio cannot be turned into a waveform.</summary>
/// <param name="error">The cause.</param>
/// <param name="message">The rule, the value that was given, and what to do next. Fit for the client; holds no audio.</param>
/// <param name="inner">What was caught, if the cause was an exception.</param>
public sealed class AudioException(AudioError error, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The cause.</summary>
    public AudioError Error { get; } = error;
}
