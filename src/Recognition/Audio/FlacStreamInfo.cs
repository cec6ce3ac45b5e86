using System.Buffers.Binary;

namespace Attune.Recognition.Audio;

/// <summary>Reads the STREAMINFO block that begins every FLAC file (RFC 9639, section 8.2).</summary>
internal static class FlacStreamInfo
{
    /// <summary>"fLaC", a block header of 4 bytes, and 13 bytes of STREAMINFO come before the 36 bits of the count.</summary>
    private const int CountOffset = 4 + 4 + 13;

    /// <summary>Frames that the file says it holds; 0 if it does not say.</summary>
    public static long TotalFrames(ReadOnlySpan<byte> bytes) =>
        bytes.Length < CountOffset + 5
            ? 0
            : ((long)(bytes[CountOffset] & 15) << 32) | BinaryPrimitives.ReadUInt32BigEndian(bytes[(CountOffset + 1)..]);
}
