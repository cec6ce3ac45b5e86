using System.Buffers.Binary;

namespace Attune.Recognition.Tests.Audio;

/// <summary>Writes WAV files, right and wrong ones, for tests.</summary>
internal static class WavBytes
{
    public const ushort Integer = 1;
    public const ushort Float = 3;
    public const ushort ALaw = 6;
    public const ushort MuLaw = 7;

    /// <summary>A file with a 16-byte fmt chunk and a data chunk.</summary>
    public static byte[] Create(ushort tag, ushort bits, uint sampleRateHz, ushort channels, byte[] data, uint? declaredBytes = null) =>
        Riff([.. Chunk("fmt ", Format(tag, bits, sampleRateHz, channels)), .. Chunk("data", data, declaredBytes)]);

    /// <summary>A 16-bit mono file.</summary>
    public static byte[] Pcm16(uint sampleRateHz, params short[] samples) => Create(Integer, 16, sampleRateHz, 1, Bytes(samples));

    /// <summary>A 32-bit float mono file.</summary>
    public static byte[] Float32(uint sampleRateHz, float[] samples)
    {
        var data = new byte[4 * samples.Length];
        for (var i = 0; i < samples.Length; i++) BinaryPrimitives.WriteSingleLittleEndian(data.AsSpan(4 * i), samples[i]);
        return Create(Float, 32, sampleRateHz, 1, data);
    }

    public static byte[] Riff(byte[] chunks, string id = "RIFF", string kind = "WAVE") =>
        [.. Ascii(id), .. U32((uint)chunks.Length + 4), .. Ascii(kind), .. chunks];

    public static byte[] Chunk(string id, byte[] body, uint? declaredBytes = null) =>
        [.. Ascii(id), .. U32(declaredBytes ?? (uint)body.Length), .. body, .. body.Length % 2 == 0 ? Array.Empty<byte>() : [0]];

    public static byte[] Format(ushort tag, ushort bits, uint sampleRateHz, ushort channels, ushort? blockAlign = null)
    {
        var block = blockAlign ?? (ushort)(channels * bits / 8);
        return [.. U16(tag), .. U16(channels), .. U32(sampleRateHz), .. U32(sampleRateHz * block), .. U16(block), .. U16(bits)];
    }

    public static byte[] ExtensibleFormat(ushort tag, ushort bits, uint sampleRateHz, ushort channels) =>
    [
        .. Format(0xFFFE, bits, sampleRateHz, channels), .. U16(22), .. U16(bits), .. U32(0),
        .. U16(tag), 0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71,
    ];

    public static byte[] Bytes(params short[] samples) => [.. samples.SelectMany(sample => U16((ushort)sample))];

    public static byte[] U32(uint value) => [.. U16((ushort)value), .. U16((ushort)(value >> 16))];

    private static byte[] U16(ushort value) => [(byte)value, (byte)(value >> 8)];

    private static byte[] Ascii(string text) => [.. text.Select(character => (byte)character)];
}
