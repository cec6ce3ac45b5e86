using Attune.Recognition.Audio;

namespace Attune.Recognition.Tests.Audio;

public sealed class WavReaderTests
{
    [Theory]
    [InlineData(WavBytes.Integer, 8, SampleFormat.Unsigned8)]
    [InlineData(WavBytes.Integer, 16, SampleFormat.Pcm16)]
    [InlineData(WavBytes.Integer, 24, SampleFormat.Pcm24)]
    [InlineData(WavBytes.Integer, 32, SampleFormat.Pcm32)]
    [InlineData(WavBytes.Float, 32, SampleFormat.Float32)]
    [InlineData(WavBytes.Float, 64, SampleFormat.Float64)]
    [InlineData(WavBytes.MuLaw, 8, SampleFormat.MuLaw)]
    [InlineData(WavBytes.ALaw, 8, SampleFormat.ALaw)]
    internal void Read_KnownEncoding_FindsFormatAndSamples(ushort tag, ushort bits, SampleFormat expected)
    {
        byte[] data = [.. Enumerable.Range(0, 3 * bits / 8).Select(value => (byte)value)];
        var format = WavBytes.ExtensibleFormat(tag, bits, 44100, 3);

        var plain = WavReader.Read(WavBytes.Create(tag, bits, 44100, 3, data));
        var extensible = WavReader.Read(WavBytes.Riff([.. WavBytes.Chunk("fmt ", format), .. WavBytes.Chunk("data", data)]));

        foreach (var audio in new[] { plain, extensible })
        {
            Assert.Equal(new PcmFormat(expected, 44100, 3), audio.Format);
            Assert.Equal(data, audio.Data.ToArray());
        }
    }

    [Fact]
    public void Read_UnknownChunksOfOddLength_SkipsThemAndTheirPadding()
    {
        var wav = WavBytes.Riff(
        [
            .. WavBytes.Chunk("LIST", [1, 2, 3]),
            .. WavBytes.Chunk("fmt ", WavBytes.Format(WavBytes.Integer, 8, 8000, 1)),
            .. WavBytes.Chunk("fact", [1]),
            .. WavBytes.Chunk("data", [10, 20, 30]),
            .. WavBytes.Chunk("LIST", [9, 9]),
        ]);

        Assert.Equal([10, 20, 30], WavReader.Read(wav).Data.ToArray());
    }

    [Fact]
    public void Read_Rf64_TakesTheLengthFromDs64()
    {
        var wav = WavBytes.Riff(
        [
            .. WavBytes.Chunk("ds64", [.. new byte[8], 4, 0, 0, 0, 0, 0, 0, 0, .. new byte[12]]),
            .. WavBytes.Chunk("fmt ", WavBytes.Format(WavBytes.Integer, 16, 8000, 1)),
            .. WavBytes.Chunk("data", [1, 2, 3, 4, 5, 6, 7, 8], declaredBytes: uint.MaxValue),
        ], id: "RF64");

        Assert.Equal([1, 2, 3, 4], WavReader.Read(wav).Data.ToArray());
    }

    [Theory]
    [InlineData(0xFFFFFFFF)]
    [InlineData(0x7FFFFFFF)]
    [InlineData(0x7FFFF000)]
    public void Read_LengthUnknown_TakesWhatIsThere(uint declared)
    {
        var wav = WavBytes.Create(WavBytes.Integer, 16, 8000, 1, [1, 2, 3, 4], declared);

        Assert.Equal(4, WavReader.Read(wav).Data.Length);
    }

    [Fact]
    public void Read_MoreDeclaredThanPresent_SaysBothNumbers()
    {
        var wav = WavBytes.Create(WavBytes.Integer, 16, 8000, 1, [1, 2, 3, 4], declaredBytes: 4000);

        var exception = Assert.Throws<AudioException>(() => WavReader.Read(wav));

        Assert.Equal(AudioError.Truncated, exception.Error);
        Assert.Contains("declares 4,000 bytes and 4 follow", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(4u, 0, AudioError.Truncated)]
    [InlineData(0xFFFFFFFFu, 3, AudioError.Truncated)]
    [InlineData(3u, 3, AudioError.Truncated)]
    [InlineData(0u, 4, AudioError.Empty)]
    [InlineData(0u, 0, AudioError.Empty)]
    [InlineData(0xFFFFFFFFu, 0, AudioError.Empty)]
    public void Read_DataLengthWrong_ReportsTheCause(uint declared, int present, AudioError expected)
    {
        var header = WavBytes.Create(WavBytes.Integer, 16, 8000, 1, [])[..^4];

        AssertError(expected, [.. header, .. WavBytes.U32(declared), .. new byte[present]]);
    }

    [Theory]
    [InlineData(0, 1, 8000u, 16, AudioError.UnsupportedEncoding)]
    [InlineData(2, 1, 8000u, 4, AudioError.UnsupportedEncoding)]
    [InlineData(85, 1, 8000u, 0, AudioError.UnsupportedEncoding)]
    [InlineData(1, 1, 8000u, 12, AudioError.UnsupportedEncoding)]
    [InlineData(3, 1, 8000u, 16, AudioError.UnsupportedEncoding)]
    [InlineData(1, 0, 8000u, 16, AudioError.Corrupt)]
    [InlineData(1, 1, 0u, 16, AudioError.Corrupt)]
    [InlineData(1, 1, 999u, 16, AudioError.UnsupportedSampleRate)]
    [InlineData(1, 1, 4294967295u, 16, AudioError.UnsupportedSampleRate)]
    [InlineData(1, 40000, 8000u, 16, AudioError.Corrupt)]
    public void Read_FormatChunkWrong_ReportsTheCause(int tag, int channels, uint sampleRateHz, int bits, AudioError expected)
    {
        AssertError(expected, WavBytes.Create((ushort)tag, (ushort)bits, sampleRateHz, (ushort)channels, [1, 2, 3, 4]));
    }

    [Fact]
    public void Read_BlockDisagreesWithChannels_IsCorrupt()
    {
        var format = WavBytes.Format(WavBytes.Integer, 16, 8000, 2, blockAlign: 2);

        AssertError(AudioError.Corrupt, WavBytes.Riff([.. WavBytes.Chunk("fmt ", format), .. WavBytes.Chunk("data", [1, 2, 3, 4])]));
    }

    [Fact]
    public void Read_NoFormatBeforeData_IsCorrupt()
    {
        AssertError(AudioError.Corrupt, WavBytes.Riff(WavBytes.Chunk("data", [1, 2, 3, 4])));
    }

    [Fact]
    public void Read_FormatTooSmall_IsCorrupt()
    {
        AssertError(AudioError.Corrupt, WavBytes.Riff(WavBytes.Chunk("fmt ", new byte[14])));
        AssertError(AudioError.Corrupt, WavBytes.Riff(WavBytes.Chunk("fmt ", WavBytes.ExtensibleFormat(1, 16, 8000, 1)[..38])));
    }

    [Fact]
    public void Read_SubFormatOfAnotherFamily_IsUnsupported()
    {
        var format = WavBytes.ExtensibleFormat(WavBytes.Integer, 16, 8000, 1);
        format[^1] ^= 1;

        AssertError(AudioError.UnsupportedEncoding, WavBytes.Riff([.. WavBytes.Chunk("fmt ", format), .. WavBytes.Chunk("data", [1, 2])]));
    }

    [Fact]
    public void Read_NoData_IsTruncated()
    {
        AssertError(AudioError.Truncated, WavBytes.Riff(WavBytes.Chunk("fmt ", WavBytes.Format(WavBytes.Integer, 16, 8000, 1))));
    }

    [Fact]
    public void Read_OtherRiffKind_IsUnsupported()
    {
        AssertError(AudioError.UnsupportedFormat, WavBytes.Riff([], kind: "AVI "));
    }

    private static void AssertError(AudioError expected, byte[] wav) =>
        Assert.Equal(expected, Assert.Throws<AudioException>(() => WavReader.Read(wav)).Error);
}
