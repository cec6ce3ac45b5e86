using System.Buffers.Binary;

namespace Attune.Recognition.Audio;

/// <summary>Checks the pages of an Ogg file (RFC 3533, section 6).</summary>
/// <remarks>
/// ffmpeg does not: it stops without complaint where the bytes stop, and leaves out damaged pages, so that a second of speech may
/// be missing and nobody knows. Thread-safe.
/// </remarks>
internal static class OggPages
{
    private const int HeaderBytes = 27;
    private const int ChecksumOffset = 22;
    private const uint Polynomial = 0x04C1_1DB7;

    private static readonly uint[] Remainders = CreateRemainders();

    /// <summary>
    /// Throws if a page is cut or damaged. A missing end-of-stream mark is accepted, since live recorders leave it out; bytes that are no
    /// page end the check, and the decoder judges them.
    /// </summary>
    /// <exception cref="AudioException"><see cref="AudioError.Truncated"/> or <see cref="AudioError.Corrupt"/>.</exception>
    public static void RequireIntact(ReadOnlySpan<byte> bytes)
    {
        for (var position = 0; position < bytes.Length;)
        {
            var rest = bytes[position..];
            if (!rest.StartsWith("OggS"u8[..Math.Min(4, rest.Length)])) return;

            var size = PageBytes(rest);
            if (rest.Length < size)
            {
                throw new AudioException(
                    AudioError.Truncated,
                    $"The Ogg file must be complete, but its page at byte {position:N0} needs {size:N0} bytes and {rest.Length:N0} follow. "
                    + "Send the whole file.");
            }

            var page = rest[..size];
            if (Checksum(page) != BinaryPrimitives.ReadUInt32LittleEndian(page[ChecksumOffset..]))
            {
                throw new AudioException(
                    AudioError.Corrupt,
                    $"The checksum of every Ogg page must be right; that of the page at byte {position:N0} is not. Send the file again.");
            }

            position += size;
        }
    }

    /// <summary>Size that a page says it has, as far as its own header is there.</summary>
    private static int PageBytes(ReadOnlySpan<byte> page)
    {
        if (page.Length < HeaderBytes) return HeaderBytes;
        var segments = page[HeaderBytes - 1];
        var size = HeaderBytes + segments;
        if (page.Length < size) return size;
        foreach (var segment in page.Slice(HeaderBytes, segments)) size += segment;
        return size;
    }

    /// <summary>CRC-32, highest bit first, from 0, not inverted, over the page with its checksum field at 0.</summary>
    private static uint Checksum(ReadOnlySpan<byte> page)
    {
        var remainder = 0u;
        for (var i = 0; i < page.Length; i++)
        {
            var value = i is >= ChecksumOffset and < ChecksumOffset + 4 ? 0u : page[i];
            remainder = (remainder << 8) ^ Remainders[(remainder >> 24) ^ value];
        }

        return remainder;
    }

    private static uint[] CreateRemainders()
    {
        var remainders = new uint[256];
        for (var value = 0u; value < remainders.Length; value++)
        {
            var remainder = value << 24;
            for (var bit = 0; bit < 8; bit++) remainder = (remainder << 1) ^ ((remainder >> 31) * Polynomial);
            remainders[value] = remainder;
        }

        return remainders;
    }
}
