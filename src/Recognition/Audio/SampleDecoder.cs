using System.Buffers.Binary;

namespace Attune.Recognition.Audio;

/// <summary>Turns coded samples into amplitudes.</summary>
/// <remarks>
/// Integers of b bits are divided by 2^(b-1), so that full scale is [-1, 1). G.711 codes are expanded to 16-bit integers
/// first (ITU-T G.711, tables 1a and 2a). Thread-safe.
/// </remarks>
internal static class SampleDecoder
{
    private static readonly float[] MuLawAmplitudes = Expand(ExpandMuLaw);
    private static readonly float[] ALawAmplitudes = Expand(ExpandALaw);

    /// <summary>Size in bytes of one sample.</summary>
    public static int SizeBytes(SampleFormat format) => format switch
    {
        SampleFormat.Unsigned8 or SampleFormat.MuLaw or SampleFormat.ALaw => 1,
        SampleFormat.Pcm16 => 2,
        SampleFormat.Pcm24 => 3,
        SampleFormat.Pcm32 or SampleFormat.Float32 or SampleFormat.Float32BigEndian => 4,
        SampleFormat.Float64 => 8,
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "Unknown sample format."),
    };

    /// <summary>Decodes as many samples as <paramref name="samples"/> holds.</summary>
    /// <param name="format">Coding of the samples.</param>
    /// <param name="bytes">At least the samples' number times their size.</param>
    /// <param name="samples">Receives amplitudes; floating-point ones are passed on as they are, finite or not.</param>
    public static void Decode(SampleFormat format, ReadOnlySpan<byte> bytes, Span<float> samples)
    {
        switch (format)
        {
            case SampleFormat.Unsigned8:
                for (var i = 0; i < samples.Length; i++) samples[i] = (bytes[i] - 128) / 128f;
                break;
            case SampleFormat.Pcm16:
                for (var i = 0; i < samples.Length; i++) samples[i] = BinaryPrimitives.ReadInt16LittleEndian(bytes[(2 * i)..]) / 32768f;
                break;
            case SampleFormat.Pcm24:
                for (var i = 0; i < samples.Length; i++) samples[i] = ReadInt24(bytes[(3 * i)..]) / 8388608f;
                break;
            case SampleFormat.Pcm32:
                for (var i = 0; i < samples.Length; i++)
                    samples[i] = BinaryPrimitives.ReadInt32LittleEndian(bytes[(4 * i)..]) / 2147483648f;
                break;
            case SampleFormat.Float32:
                for (var i = 0; i < samples.Length; i++) samples[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(4 * i)..]);
                break;
            case SampleFormat.Float32BigEndian:
                for (var i = 0; i < samples.Length; i++) samples[i] = BinaryPrimitives.ReadSingleBigEndian(bytes[(4 * i)..]);
                break;
            case SampleFormat.Float64:
                for (var i = 0; i < samples.Length; i++) samples[i] = (float)BinaryPrimitives.ReadDoubleLittleEndian(bytes[(8 * i)..]);
                break;
            case SampleFormat.MuLaw:
                for (var i = 0; i < samples.Length; i++) samples[i] = MuLawAmplitudes[bytes[i]];
                break;
            case SampleFormat.ALaw:
                for (var i = 0; i < samples.Length; i++) samples[i] = ALawAmplitudes[bytes[i]];
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(format), format, "Unknown sample format.");
        }
    }

    private static int ReadInt24(ReadOnlySpan<byte> bytes) => bytes[0] | (bytes[1] << 8) | ((sbyte)bytes[2] << 16);

    private static float[] Expand(Func<byte, int> expand)
    {
        var amplitudes = new float[256];
        for (var code = 0; code < amplitudes.Length; code++) amplitudes[code] = expand((byte)code) / 32768f;
        return amplitudes;
    }

    /// <summary>
    /// All bits are inverted on the line. Sign, three bits of segment, four of step; each segment doubles the step, and 33
    /// (132 at 16 bits) is what the encoder added so that segments join.
    /// </summary>
    private static int ExpandMuLaw(byte code)
    {
        const int bias = 33 << 2;
        var bits = (byte)~code;
        var segment = (bits >> 4) & 7;
        var magnitude = ((((bits & 15) << 3) + bias) << segment) - bias;
        return (bits & 0x80) == 0 ? magnitude : -magnitude;
    }

    /// <summary>
    /// Even bits are inverted on the line, and a set sign bit is positive. The two lowest segments share one step size;
    /// each value is the middle of its step, hence the half step of 8.
    /// </summary>
    private static int ExpandALaw(byte code)
    {
        var bits = code ^ 0x55;
        var segment = (bits >> 4) & 7;
        var magnitude = ((bits & 15) << 4) + 8;
        if (segment > 0) magnitude = (magnitude + 0x100) << (segment - 1);
        return (bits & 0x80) == 0 ? -magnitude : magnitude;
    }
}
