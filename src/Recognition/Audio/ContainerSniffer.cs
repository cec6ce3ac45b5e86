namespace Attune.Recognition.Audio;

/// <summary>Tells a file's kind from its first bytes; names and media types are not asked, since senders get them wrong.</summary>
internal static class ContainerSniffer
{
    private const int ShownBytes = 8;

    /// <summary>The kind of a file.</summary>
    /// <exception cref="AudioException"><see cref="AudioError.UnsupportedFormat"/>.</exception>
    public static AudioContainer Detect(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith("RIFF"u8) || bytes.StartsWith("RF64"u8)) return AudioContainer.Wav;
        if (bytes.StartsWith("fLaC"u8)) return AudioContainer.Flac;
        if (bytes.StartsWith("OggS"u8)) return AudioContainer.Ogg;
        if (bytes.StartsWith("ID3"u8) || IsLayer3Header(bytes)) return AudioContainer.Mp3;
        throw new AudioException(
            AudioError.UnsupportedFormat,
            "Audio must be WAV, FLAC, Ogg (Opus, Vorbis) or MP3, or headerless with its encoding stated; "
            + $"it begins with bytes {Convert.ToHexString(bytes[..Math.Min(ShownBytes, bytes.Length)])}. Convert it, "
            + "or state the encoding.");
    }

    /// <summary>
    /// A frame header of ISO/IEC 11172-3: eleven set bits, a version, layer III, and neither a reserved bit rate nor a reserved
    /// sample rate. A UTF-16 byte order mark has another layer.
    /// </summary>
    private static bool IsLayer3Header(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= 4
        && bytes[0] == 0xFF
        && (bytes[1] & 0xE0) == 0xE0
        && (bytes[1] & 0x18) != 0x08
        && (bytes[1] & 0x06) == 0x02
        && (bytes[2] & 0xF0) != 0xF0
        && (bytes[2] & 0x0C) != 0x0C;
}
