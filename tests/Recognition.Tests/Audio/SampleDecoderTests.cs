using Attune.Recognition.Audio;

namespace Attune.Recognition.Tests.Audio;

public sealed class SampleDecoderTests
{
    [Theory]
    [InlineData(0xFF, 0)]
    [InlineData(0x7F, 0)]
    [InlineData(0x00, -32124)]
    [InlineData(0x80, 32124)]
    [InlineData(0xFE, 8)]
    [InlineData(0xEF, 132)]
    [InlineData(0x70, -120)]
    public void Decode_MuLaw_GivesG711Expansion(byte code, int expected)
    {
        Assert.Equal(expected / 32768f, Decode(SampleFormat.MuLaw, code));
    }

    [Theory]
    [InlineData(0xD5, 8)]
    [InlineData(0x55, -8)]
    [InlineData(0xD4, 24)]
    [InlineData(0xC5, 264)]
    [InlineData(0xF5, 528)]
    [InlineData(0xAA, 32256)]
    [InlineData(0x2A, -32256)]
    public void Decode_ALaw_GivesG711Expansion(byte code, int expected)
    {
        Assert.Equal(expected / 32768f, Decode(SampleFormat.ALaw, code));
    }

    [Fact]
    public void Decode_Unsigned8_CentresAt128()
    {
        Assert.Equal(-1f, Decode(SampleFormat.Unsigned8, 0));
        Assert.Equal(0f, Decode(SampleFormat.Unsigned8, 128));
        Assert.Equal(127 / 128f, Decode(SampleFormat.Unsigned8, 255));
    }

    [Fact]
    public void Decode_SignedIntegers_ScalesByHalfTheRange()
    {
        Assert.Equal(-1f, Decode(SampleFormat.Pcm16, 0x00, 0x80));
        Assert.Equal(0.5f, Decode(SampleFormat.Pcm16, 0x00, 0x40));
        Assert.Equal(-1f, Decode(SampleFormat.Pcm24, 0x00, 0x00, 0x80));
        Assert.Equal(1 / 8388608f, Decode(SampleFormat.Pcm24, 0x01, 0x00, 0x00));
        Assert.Equal(-1 / 8388608f, Decode(SampleFormat.Pcm24, 0xFF, 0xFF, 0xFF));
        Assert.Equal(0.5f, Decode(SampleFormat.Pcm32, 0x00, 0x00, 0x00, 0x40));
        Assert.Equal(-1f, Decode(SampleFormat.Pcm32, 0x00, 0x00, 0x00, 0x80));
    }

    [Fact]
    public void Decode_Floats_KeepsValues()
    {
        Assert.Equal(-1.5f, Decode(SampleFormat.Float32, 0x00, 0x00, 0xC0, 0xBF));
        Assert.Equal(-1.5f, Decode(SampleFormat.Float32BigEndian, 0xBF, 0xC0, 0x00, 0x00));
        Assert.Equal(-1.5f, Decode(SampleFormat.Float64, 0, 0, 0, 0, 0, 0, 0xF8, 0xBF));
    }

    private static float Decode(SampleFormat format, params byte[] bytes)
    {
        var sample = new float[1];
        SampleDecoder.Decode(format, bytes, sample);
        return sample[0];
    }
}
