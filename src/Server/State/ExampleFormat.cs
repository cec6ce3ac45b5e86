using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Attune.Adaptation.Text.Examples;

namespace Attune.Server.State;

/// <summary>Bytes of a stored example.</summary>
/// <remarks>
/// <para><c>ATTE</c>, a byte with the version of the format, three zeros, the label's number or -1 (int32), length of the vector in values (int32), Unix time in ms at which it is gone
/// (int64), the vector (float32), the text in UTF-8, SHA-256 of everything before it. All little-endian.</para>
/// <para>Thread-safe.</para>
/// </remarks>
internal static class ExampleFormat
{
    private const byte Version = 1;
    private const int HeaderBytes = 24;

    public static byte[] ToBytes(EmbeddedExample example)
    {
        var vector = MemoryMarshal.AsBytes(example.Embedding.Span);
        var text = Encoding.UTF8.GetBytes(example.Example.Text);
        var bytes = new byte[HeaderBytes + vector.Length + text.Length + SHA256.HashSizeInBytes];
        "ATTE"u8.CopyTo(bytes);
        bytes[4] = Version;
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), example.Example.Label ?? -1);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(12), example.Embedding.Length);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(16), example.Expires.ToUnixTimeMilliseconds());
        vector.CopyTo(bytes.AsSpan(HeaderBytes));
        text.CopyTo(bytes.AsSpan(HeaderBytes + vector.Length));
        var content = bytes.AsSpan(0, bytes.Length - SHA256.HashSizeInBytes);
        SHA256.HashData(content, bytes.AsSpan(content.Length));
        return bytes;
    }

    /// <exception cref="InvalidDataException">The bytes are damaged, or of another version.</exception>
    public static EmbeddedExample Read(string id, byte[] bytes)
    {
        if (bytes.Length < HeaderBytes + SHA256.HashSizeInBytes || !bytes.AsSpan().StartsWith("ATTE"u8))
            throw new InvalidDataException("The bytes are not a stored example.");
        if (bytes[4] != Version)
            throw new InvalidDataException($"A stored example must be of version {Version}. Given: {bytes[4]}. Read it with the server that wrote it.");

        var content = bytes.AsSpan(0, bytes.Length - SHA256.HashSizeInBytes);
        if (!SHA256.HashData(content).AsSpan().SequenceEqual(bytes.AsSpan(content.Length)))
            throw new InvalidDataException("The stored example is damaged: its hash differs.");
        var (label, values) = (BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(8)), BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(12)));
        var textStart = HeaderBytes + (sizeof(float) * (long)values);
        if (values < 0 || textStart > content.Length)
            throw new InvalidDataException($"A stored example must have as many values as it states. Given: {values}, and {content.Length} bytes in all.");

        var milliseconds = BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(16));
        if (milliseconds < DateTimeOffset.MinValue.ToUnixTimeMilliseconds() || milliseconds > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds())
            throw new InvalidDataException($"A stored example must end at a time that there is. Given: {milliseconds} ms.");

        var vector = MemoryMarshal.Cast<byte, float>(content[HeaderBytes..(int)textStart]).ToArray();
        var expires = DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
        return new EmbeddedExample(new TextExample(id, Encoding.UTF8.GetString(content[(int)textStart..]), label < 0 ? null : label), vector, expires);
    }
}
