using System.Buffers.Binary;
using System.Text;

namespace Attune.Recognition.Audio;

/// <summary>Finds format and samples in a WAV file.</summary>
/// <remarks>
/// RIFF/WAVE (Microsoft, "Multiple channel audio data and WAVE files") and RF64 (EBU Tech 3306): integers of 8, 16, 24 and 32 bits,
/// floats of 32 and 64, mu-law, A-law, plain or in WAVE_FORMAT_EXTENSIBLE. Unknown chunks are skipped; the size of the whole file
/// and the byte rate, which writers often get wrong, are not read. Programs that write to a pipe cannot know the length and
/// leave 0xFFFFFFFF or nearly 0x7FFFFFFF in the <c>data</c> chunk: then everything that follows is taken. A declared
/// length of 0 means no samples, whatever follows. Thread-safe; allocates nothing that grows with a declared size.
/// </remarks>
internal static class WavReader
{
    private const int RiffHeaderBytes = 12;
    private const int ChunkHeaderBytes = 8;

    /// <summary>From here on a declared length means that it was not known: SoX rounds 0x7FFFFFFF down to whole frames.</summary>
    private const uint UnknownLength = 0x7FFF_F000;

    /// <summary>Reads the headers.</summary>
    /// <returns>Format and a view of the samples.</returns>
    /// <exception cref="AudioException">
    /// Any of <see cref="AudioError.Empty"/>, <see cref="AudioError.Truncated"/>, <see cref="AudioError.Corrupt"/>,
    /// <see cref="AudioError.UnsupportedFormat"/>, <see cref="AudioError.UnsupportedEncoding"/>,
    /// <see cref="AudioError.UnsupportedSampleRate"/>.
    /// </exception>
    public static PcmAudio Read(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.IsEmpty) throw Empty("Audio must not be empty; 0 bytes were given");
        var header = FindHeader(bytes.Span, out var missing) ?? throw Truncated(missing);
        var rest = bytes[header.DataOffset..];
        var length = header.MayBeUnknown ? Math.Min(header.DataBytes, rest.Length) : header.DataBytes;
        if (length > rest.Length) throw Truncated($"its data chunk declares {length:N0} bytes and {rest.Length:N0} follow");
        if (length == 0) throw Empty("A WAV file must hold at least one sample; its data chunk is empty");
        if (length % header.Format.FrameBytes != 0)
            throw Truncated($"its {length:N0} bytes of samples are no multiple of the {header.Format.FrameBytes} bytes of a frame");
        return new PcmAudio(header.Format, rest[..(int)length]);
    }

    /// <summary>Finds format and place of the samples in the beginning of a file.</summary>
    /// <param name="bytes">The first bytes of the file.</param>
    /// <param name="missing">What more bytes could bring, if they do not reach to the samples.</param>
    /// <returns>Null if the bytes do not reach to the samples.</returns>
    /// <exception cref="AudioException">As for <see cref="Read"/>, but for what the samples lack.</exception>
    public static WavHeader? FindHeader(ReadOnlySpan<byte> bytes, out string missing)
    {
        missing = $"its header needs {RiffHeaderBytes} bytes and {bytes.Length} were given";
        if (bytes.Length < RiffHeaderBytes) return null;
        RequireWave(bytes);
        PcmFormat? format = null;
        long? longDataBytes = null;
        for (var position = (long)RiffHeaderBytes; position < bytes.Length;)
        {
            missing = $"a chunk header at byte {position} needs {ChunkHeaderBytes} bytes and {bytes.Length - position} follow";
            if (bytes.Length - position < ChunkHeaderBytes) return null;
            var header = bytes.Slice((int)position, ChunkHeaderBytes);
            var declared = BinaryPrimitives.ReadUInt32LittleEndian(header[4..]);
            position += ChunkHeaderBytes;
            if (header.StartsWith("data"u8)) return DataHeader((int)position, format, declared, longDataBytes);
            missing = $"the {ChunkName(header)} chunk declares {declared:N0} bytes and {bytes.Length - position:N0} follow";
            if (declared > bytes.Length - position) return null;

            var body = bytes.Slice((int)position, (int)declared);
            if (header.StartsWith("fmt "u8)) format = WavFormatChunk.Parse(body);
            if (header.StartsWith("ds64"u8) && body.Length >= 16) longDataBytes = BinaryPrimitives.ReadInt64LittleEndian(body[8..]);
            position += declared + (declared & 1);
        }

        missing = "it has no data chunk";
        return null;
    }

    private static void RequireWave(ReadOnlySpan<byte> bytes)
    {
        if (!bytes[8..].StartsWith("WAVE"u8))
            throw new AudioException(
                AudioError.UnsupportedFormat,
                $"A RIFF file must be of kind WAVE; this one is of kind {ChunkName(bytes[8..])}. Convert it to WAV, FLAC, Ogg or MP3.");
    }

    private static WavHeader DataHeader(int offset, PcmFormat? format, uint declared, long? longDataBytes)
    {
        if (format is null) throw Corrupt("A WAV file must have a fmt chunk before its data chunk; it has none");
        if (declared != uint.MaxValue || longDataBytes is not long known)
            return new WavHeader(format, offset, declared, MayBeUnknown: declared >= UnknownLength);
        if (known < 0) throw Corrupt($"The length in the ds64 chunk must not be negative; it is {known}");
        return new WavHeader(format, offset, known, MayBeUnknown: false);
    }

    private static AudioException Empty(string what) => new(AudioError.Empty, $"{what}. Check the recording.");

    private static AudioException Corrupt(string what) => new(AudioError.Corrupt, $"{what}. Write the file anew.");

    private static AudioException Truncated(string what) =>
        new(AudioError.Truncated, $"The WAV file must be complete, but {what}. Send the whole file.");

    /// <summary>Four characters, with anything unprintable as a question mark: they come from the client and go into a message.</summary>
    private static string ChunkName(ReadOnlySpan<byte> bytes)
    {
        var name = new StringBuilder("'");
        foreach (var value in bytes[..4]) name.Append(value is >= 0x20 and < 0x7F ? (char)value : '?');
        return name.Append('\'').ToString();
    }
}
