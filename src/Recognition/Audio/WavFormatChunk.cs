using System.Buffers.Binary;

namespace Attune.Recognition.Audio;

/// <summary>Reads the <c>fmt</c> chunk of a WAV file (WAVEFORMATEX and WAVEFORMATEXTENSIBLE).</summary>
internal static class WavFormatChunk
{
    private const int MinBytes = 16;
    private const int ExtensibleBytes = 40;
    private const int SubFormatOffset = 24;

    private const ushort IntegerTag = 1;
    private const ushort FloatTag = 3;
    private const ushort ALawTag = 6;
    private const ushort MuLawTag = 7;
    private const ushort ExtensibleTag = 0xFFFE;

    /// <summary>What follows the tag in a sub-format GUID that stands for a plain tag (KSDATAFORMAT_SUBTYPE_WAVEFORMATEX).</summary>
    private static ReadOnlySpan<byte> SubFormatBase => [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71];

    /// <summary>The format that a chunk's body describes.</summary>
    /// <exception cref="AudioException">
    /// <see cref="AudioError.Corrupt"/>, <see cref="AudioError.UnsupportedEncoding"/> or <see cref="AudioError.UnsupportedSampleRate"/>.
    /// </exception>
    public static PcmFormat Parse(ReadOnlySpan<byte> body)
    {
        if (body.Length < MinBytes) throw Corrupt($"have at least {MinBytes} bytes; it has {body.Length}");
        var channels = BinaryPrimitives.ReadUInt16LittleEndian(body[2..]);
        var sampleRateHz = BinaryPrimitives.ReadUInt32LittleEndian(body[4..]);
        var blockAlign = BinaryPrimitives.ReadUInt16LittleEndian(body[12..]);
        var bits = BinaryPrimitives.ReadUInt16LittleEndian(body[14..]);
        if (channels == 0) throw Corrupt("state at least 1 channel; it states 0");
        if (sampleRateHz == 0) throw Corrupt("state a sample rate above 0 Hz; it states 0 Hz");
        RawAudioFormat.RequireSampleRate(sampleRateHz);

        var format = new PcmFormat(Coding(Tag(body), bits), (int)sampleRateHz, channels);
        if (format.FrameBytes != blockAlign)
            throw Corrupt($"state a block of {format.FrameBytes} bytes for {channels} channels of {bits} bits; it states {blockAlign}");
        return format;
    }

    private static ushort Tag(ReadOnlySpan<byte> body)
    {
        var tag = BinaryPrimitives.ReadUInt16LittleEndian(body);
        if (tag != ExtensibleTag) return tag;
        if (body.Length < ExtensibleBytes)
            throw Corrupt($"have at least {ExtensibleBytes} bytes if it is extensible; it has {body.Length}");
        var subFormat = body.Slice(SubFormatOffset, 16);
        if (!subFormat[2..].SequenceEqual(SubFormatBase)) throw Unsupported($"sub-format {new Guid(subFormat)}");
        return BinaryPrimitives.ReadUInt16LittleEndian(subFormat);
    }

    private static SampleFormat Coding(ushort tag, ushort bits) => (tag, bits) switch
    {
        (IntegerTag, 8) => SampleFormat.Unsigned8,
        (IntegerTag, 16) => SampleFormat.Pcm16,
        (IntegerTag, 24) => SampleFormat.Pcm24,
        (IntegerTag, 32) => SampleFormat.Pcm32,
        (FloatTag, 32) => SampleFormat.Float32,
        (FloatTag, 64) => SampleFormat.Float64,
        (MuLawTag, 8) => SampleFormat.MuLaw,
        (ALawTag, 8) => SampleFormat.ALaw,
        _ => throw Unsupported($"format tag 0x{tag:X4} with {bits} bits"),
    };

    private static AudioException Corrupt(string rule) =>
        new(AudioError.Corrupt, $"The fmt chunk of a WAV file must {rule}. Write the file anew.");

    private static AudioException Unsupported(string given) =>
        new(
            AudioError.UnsupportedEncoding,
            $"A WAV file must hold integers of 8, 16, 24 or 32 bits, floats of 32 or 64, mu-law or A-law; it has {given}. Convert it, "
            + "best to 16-bit PCM.");
}
