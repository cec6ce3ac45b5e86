namespace Attune.Recognition.Audio;

/// <summary>Kinds of audio file that are recognised.</summary>
internal enum AudioContainer
{
    /// <summary>RIFF/WAVE or RF64/WAVE.</summary>
    Wav,

    /// <summary>Native FLAC.</summary>
    Flac,

    /// <summary>Ogg with Opus, Vorbis, FLAC or Speex inside.</summary>
    Ogg,

    /// <summary>MPEG audio layer III, with or without an ID3 tag in front.</summary>
    Mp3,
}
