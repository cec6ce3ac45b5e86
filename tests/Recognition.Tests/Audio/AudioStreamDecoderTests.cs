using System.Buffers;
using Attune.Recognition.Audio;

namespace Attune.Recognition.Tests.Audio;

public sealed class AudioStreamDecoderTests
{
    private const int Rate = 16000;

    private readonly AudioDecoder _decoder = new(new AudioOptions());

    public static TheoryData<AudioEncoding, int, int> Formats => new()
    {
        { AudioEncoding.Pcm16, 16000, 1 },
        { AudioEncoding.Pcm16, 44100, 2 },
        { AudioEncoding.Pcm24, 48000, 3 },
        { AudioEncoding.Pcm32, 8000, 1 },
        { AudioEncoding.Float32, 22050, 2 },
        { AudioEncoding.MuLaw, 8000, 1 },
        { AudioEncoding.ALaw, 11025, 5 },
    };

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task Append_PiecesOfAnySize_GivesTheSamplesOfTheWhole(AudioEncoding encoding, int rate, int channels)
    {
        var raw = new RawAudioFormat(encoding, rate, channels);
        var bytes = Bytes(encoding, frames: 3 * rate, channels);
        var whole = await _decoder.DecodeAsync(bytes, raw, Rate, CancellationToken.None);

        Assert.Equal(whole.Samples, Decode(raw, bytes, _ => 1));
        Assert.Equal(whole.Samples, Decode(raw, bytes, random => random.Next(0, 50)));
        Assert.Equal(whole.Samples, Decode(raw, bytes, random => random.Next(0, 200_000)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    public async Task Append_WavFile_GivesItsSamplesAndNoTrailingChunks(int size)
    {
        byte[] wav =
        [
            .. WavBytes.Riff(
            [
                .. WavBytes.Chunk("LIST", new byte[301]),
                .. WavBytes.Chunk("fmt ", WavBytes.Format(WavBytes.Integer, 16, 8000, 1)),
                .. WavBytes.Chunk("data", Bytes(AudioEncoding.Pcm16, 4000, 1)),
                .. WavBytes.Chunk("LIST", new byte[50]),
            ]),
        ];
        var whole = await _decoder.DecodeAsync(wav, rawFormat: null, Rate, CancellationToken.None);

        Assert.Equal(whole.Samples, Decode(null, wav, _ => size));
    }

    [Fact]
    public void Finish_InsideAFrame_WritesWhatIsWholeAndThrows()
    {
        var decoder = _decoder.OpenStream(new RawAudioFormat(AudioEncoding.Pcm16, Rate, 2), Rate);
        var output = new ArrayBufferWriter<float>();
        decoder.Append(new byte[4003], output, CancellationToken.None);

        var exception = Assert.Throws<AudioException>(() => decoder.Finish(output));

        Assert.Equal(AudioError.Truncated, exception.Error);
        Assert.Contains("4 bytes; the last one has 3", exception.Message, StringComparison.Ordinal);
        Assert.Equal(1000, output.WrittenCount);
        Assert.Equal(TimeSpan.FromMilliseconds(62.5), decoder.Duration);
    }

    [Theory]
    [InlineData("fLaC0000", AudioError.UnsupportedFormat, "compressed")]
    [InlineData("hello, world", AudioError.UnsupportedFormat, "begins with bytes")]
    [InlineData("RIFF0000AVI ", AudioError.UnsupportedFormat, "AVI")]
    public void Append_NoWavFile_Throws(string bytes, AudioError error, string words)
    {
        var decoder = _decoder.OpenStream(rawFormat: null, Rate);

        var exception = Assert.Throws<AudioException>(
            () => decoder.Append(System.Text.Encoding.ASCII.GetBytes(bytes), new ArrayBufferWriter<float>(), CancellationToken.None));

        Assert.Equal(error, exception.Error);
        Assert.Contains(words, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Append_HeaderWithoutEnd_ThrowsInsteadOfHoldingIt()
    {
        var decoder = _decoder.OpenStream(rawFormat: null, Rate);
        byte[] wav = [.. WavBytes.Riff([.. WavBytes.Chunk("LIST", new byte[100_000])])];

        var exception = Assert.Throws<AudioException>(() => decoder.Append(wav.AsSpan(0, 70_000), new ArrayBufferWriter<float>(), CancellationToken.None));

        Assert.Equal(AudioError.Corrupt, exception.Error);
    }

    [Fact]
    public void Finish_Nothing_GivesNothing()
    {
        var output = new ArrayBufferWriter<float>();

        _decoder.OpenStream(rawFormat: null, Rate).Finish(output);
        _decoder.OpenStream(new RawAudioFormat(AudioEncoding.ALaw, 8000), Rate).Finish(output);

        Assert.Equal(0, output.WrittenCount);
    }

    private float[] Decode(RawAudioFormat? raw, byte[] bytes, Func<Random, int> size)
    {
        var random = new Random(3);
        var decoder = _decoder.OpenStream(raw, Rate);
        var output = new ArrayBufferWriter<float>();
        for (var at = 0; at < bytes.Length;)
        {
            var length = Math.Min(size(random), bytes.Length - at);
            decoder.Append(bytes.AsSpan(at, length), output, CancellationToken.None);
            at += length;
        }

        decoder.Finish(output);
        return output.WrittenSpan.ToArray();
    }

    private static byte[] Bytes(AudioEncoding encoding, int frames, int channels)
    {
        var samples = Signals.Noise(frames * channels, seed: 6, amplitude: 0.9);
        if (encoding == AudioEncoding.Float32) return [.. samples.SelectMany(BitConverter.GetBytes)];
        var size = encoding switch { AudioEncoding.Pcm16 => 2, AudioEncoding.Pcm24 => 3, AudioEncoding.Pcm32 => 4, _ => 1 };
        var bytes = new byte[size * samples.Length];
        new Random(8).NextBytes(bytes);
        return bytes;
    }
}
