using System.Diagnostics.CodeAnalysis;

namespace Attune.Recognition.Audio;

/// <summary>How the samples of headerless audio are coded. Little-endian; channels interleaved.</summary>
public enum AudioEncoding
{
    /// <summary>The bytes are a file (WAV, FLAC, Ogg, MP3) whose kind is detected from its content.</summary>
    Unspecified,

    /// <summary>Signed 16-bit integers.</summary>
    Pcm16,

    /// <summary>Signed 24-bit integers, three bytes each.</summary>
    Pcm24,

    /// <summary>Signed 32-bit integers.</summary>
    Pcm32,

    /// <summary>IEEE 754 single precision, full scale at 1.</summary>
    [SuppressMessage("Naming", "CA1720", Justification = "The name that audio formats use; no type of .NET is called so.")]
    Float32,

    /// <summary>ITU-T G.711 mu-law, one byte each (telephony, North America and Japan).</summary>
    MuLaw,

    /// <summary>ITU-T G.711 A-law, one byte each (telephony elsewhere).</summary>
    ALaw,
}
