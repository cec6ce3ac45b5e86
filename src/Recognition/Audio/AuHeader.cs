using System.Buffers.Binary;

namespace Attune.Recognition.Audio;

/// <summary>Reads the header of a Sun AU stream of big-endian 32-bit floats, the form in which ffmpeg hands over samples.</summary>
/// <remarks>AU is used because its header may leave the length open, so that it can be written to a pipe.</remarks>
internal static class AuHeader
{
    private const uint Magic = 0x2E736E64;
    private const uint FloatEncoding = 6;
    private const int Bytes = 24;
    private const int MaxHeaderBytes = 4096;
    private const int MaxChannels = 255;

    /// <summary>Reads up to the first sample.</summary>
    /// <returns>The format; null if the stream ends before its header does.</returns>
    /// <exception cref="AudioException">
    /// <see cref="AudioError.DecoderFailed"/>, <see cref="AudioError.UnsupportedSampleRate"/>.
    /// </exception>
    public static async Task<PcmFormat?> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var header = new byte[Bytes];
        if (await stream.ReadAtLeastAsync(header, Bytes, throwOnEndOfStream: false, cancellationToken) < Bytes) return null;

        var magic = BinaryPrimitives.ReadUInt32BigEndian(header);
        var offset = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(4));
        var encoding = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(12));
        var sampleRateHz = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(16));
        var channels = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(20));
        if (magic != Magic || encoding != FloatEncoding || offset is < Bytes or > MaxHeaderBytes || channels is 0 or > MaxChannels)
            throw new AudioException(
                AudioError.DecoderFailed,
                $"The decoder must answer with Sun AU floats; it answered {Convert.ToHexString(header)}. "
                + "Check that Audio:FfmpegPath is ffmpeg, or send WAV.");
        RawAudioFormat.RequireSampleRate(sampleRateHz);

        var annotation = new byte[offset - Bytes];
        if (await stream.ReadAtLeastAsync(annotation, annotation.Length, throwOnEndOfStream: false, cancellationToken) < annotation.Length)
            return null;
        return new PcmFormat(SampleFormat.Float32BigEndian, (int)sampleRateHz, (int)channels);
    }
}
