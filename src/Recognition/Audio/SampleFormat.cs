namespace Attune.Recognition.Audio;

/// <summary>Every way of coding one sample that <see cref="SampleDecoder"/> reads. Little-endian unless the name says otherwise.</summary>
internal enum SampleFormat
{
    /// <summary>Unsigned 8-bit integers, silence at 128.</summary>
    Unsigned8,

    /// <summary>Signed 16-bit integers.</summary>
    Pcm16,

    /// <summary>Signed 24-bit integers.</summary>
    Pcm24,

    /// <summary>Signed 32-bit integers.</summary>
    Pcm32,

    /// <summary>Single precision.</summary>
    Float32,

    /// <summary>Single precision, big-endian.</summary>
    Float32BigEndian,

    /// <summary>Double precision.</summary>
    Float64,

    /// <summary>G.711 mu-law.</summary>
    MuLaw,

    /// <summary>G.711 A-law.</summary>
    ALaw,
}
