using Attune.Recognition.Audio;

namespace Attune.Recognition.Tests.Audio;

public sealed class AudioDecoderTests
{
    private readonly AudioDecoder _decoder = new(new AudioOptions { MaxDuration = TimeSpan.FromSeconds(10) });

    [Fact]
    public async Task DecodeAsync_WavAtTheRateWanted_GivesItsSamples()
    {
        var waveform = await DecodeAsync(WavBytes.Pcm16(16000, 0, 16384, -32768, 1));

        Assert.Equal([0f, 0.5f, -1f, 1 / 32768f], waveform.Samples);
        Assert.Equal(16000, waveform.SampleRateHz);
        Assert.Equal(TimeSpan.FromSeconds(4 / 16000.0), waveform.Duration);
    }

    [Fact]
    public async Task DecodeAsync_SeveralChannels_GivesTheirMean()
    {
        var wav = WavBytes.Create(WavBytes.Integer, 16, 16000, 2, WavBytes.Bytes(16384, 0, -16384, 16384, 8192, 8192));

        var waveform = await DecodeAsync(wav);

        Assert.Equal([0.25f, 0f, 0.25f], waveform.Samples);
    }

    [Fact]
    public async Task DecodeAsync_OtherRate_ResamplesAcrossBlocks()
    {
        var waveform = await DecodeAsync(WavBytes.Float32(44100, Signals.Sine(1000, 44100, 88200)));

        Assert.Equal(32000, waveform.Samples.Length);
        Assert.InRange(Signals.MaxDifference(waveform.Samples, Signals.Sine(1000, 16000, 32000), edge: 400), 0, 1e-4);
    }

    [Theory]
    [InlineData(AudioEncoding.Pcm16, new byte[] { 0x00, 0x40 }, 0.5f)]
    [InlineData(AudioEncoding.Pcm24, new byte[] { 0x00, 0x00, 0x40 }, 0.5f)]
    [InlineData(AudioEncoding.Pcm32, new byte[] { 0x00, 0x00, 0x00, 0x40 }, 0.5f)]
    [InlineData(AudioEncoding.Float32, new byte[] { 0x00, 0x00, 0x00, 0x3F }, 0.5f)]
    [InlineData(AudioEncoding.MuLaw, new byte[] { 0x80 }, 32124 / 32768f)]
    [InlineData(AudioEncoding.ALaw, new byte[] { 0xD5 }, 8 / 32768f)]
    public async Task DecodeAsync_Raw_DecodesAsStated(AudioEncoding encoding, byte[] bytes, float expected)
    {
        var waveform = await DecodeAsync(bytes, new RawAudioFormat(encoding, 16000));

        Assert.Equal([expected], waveform.Samples);
    }

    [Fact]
    public async Task DecodeAsync_RawUnspecified_DetectsTheFile()
    {
        var waveform = await DecodeAsync(WavBytes.Pcm16(16000, 16384), new RawAudioFormat(AudioEncoding.Unspecified, 0, 0));

        Assert.Equal([0.5f], waveform.Samples);
    }

    [Theory]
    [InlineData(AudioEncoding.Pcm16, 999, 1, AudioError.UnsupportedSampleRate)]
    [InlineData(AudioEncoding.Pcm16, 384001, 1, AudioError.UnsupportedSampleRate)]
    [InlineData(AudioEncoding.Pcm16, 16000, 0, AudioError.UnsupportedChannels)]
    [InlineData(AudioEncoding.Pcm16, 16000, 33, AudioError.UnsupportedChannels)]
    [InlineData((AudioEncoding)99, 16000, 1, AudioError.UnsupportedEncoding)]
    [InlineData(AudioEncoding.Pcm16, 16000, 2, AudioError.Truncated)]
    public async Task DecodeAsync_RawStatedWrongly_ReportsTheCause(
        AudioEncoding encoding, int sampleRateHz, int channels, AudioError expected)
    {
        await AssertErrorAsync(expected, new byte[6], new RawAudioFormat(encoding, sampleRateHz, channels));
    }

    [Fact]
    public async Task DecodeAsync_NoBytes_IsEmpty()
    {
        await AssertErrorAsync(AudioError.Empty, []);
        await AssertErrorAsync(AudioError.Empty, [], new RawAudioFormat(AudioEncoding.Pcm16, 16000));
    }

    [Theory]
    [InlineData("<!DOCTYPE html>")]
    [InlineData("R")]
    [InlineData("\u00FF\u00FEh\0i\0")]
    public async Task DecodeAsync_NoAudio_NamesTheAcceptedFormats(string text)
    {
        var exception = await AssertErrorAsync(AudioError.UnsupportedFormat, [.. text.Select(character => (byte)character)]);

        Assert.Contains("WAV, FLAC, Ogg (Opus, Vorbis) or MP3", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public async Task DecodeAsync_SampleNotFinite_NamesThePlaceAndTheValue(float value)
    {
        var samples = new float[40_000];
        samples[33_333] = value;
        samples[33_334] = value;

        var exception = await AssertErrorAsync(AudioError.NotFinite, WavBytes.Float32(16000, samples));

        Assert.Contains($"sample 33333 of channel 0 is {value}", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DecodeAsync_AmplitudeAbsurd_IsCorrupt()
    {
        await AssertErrorAsync(AudioError.Corrupt, WavBytes.Float32(16000, [0f, 1e30f]));
    }

    [Fact]
    public async Task DecodeAsync_LongerThanLimit_NamesLimitAndDuration()
    {
        var exception = await AssertErrorAsync(AudioError.TooLong, WavBytes.Create(WavBytes.MuLaw, 8, 8000, 1, new byte[80_001]));

        Assert.Contains("at most 10 s; at least 10 s", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DecodeAsync_ExactlyTheLimit_IsAccepted()
    {
        var waveform = await DecodeAsync(WavBytes.Create(WavBytes.MuLaw, 8, 8000, 1, new byte[80_000]));

        Assert.Equal(TimeSpan.FromSeconds(10), waveform.Duration);
    }

    [Fact]
    public async Task DecodeAsync_Cancelled_Throws()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => _decoder.DecodeAsync(WavBytes.Pcm16(16000, 1, 2, 3), null, 16000, new CancellationToken(canceled: true)));
    }

    [Fact]
    public async Task DecodeAsync_RateWantedOutOfRange_Throws()
    {
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            () => _decoder.DecodeAsync(WavBytes.Pcm16(16000, 1), null, 999, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task DecodeAsync_WavCutAnywhere_GivesAudioException()
    {
        var wav = WavBytes.Riff(
        [
            .. WavBytes.Chunk("LIST", [1, 2, 3]),
            .. WavBytes.Chunk("fmt ", WavBytes.ExtensibleFormat(WavBytes.Integer, 24, 44100, 2)),
            .. WavBytes.Chunk("data", new byte[60]),
        ]);

        for (var length = 0; length < wav.Length; length++)
            await Assert.ThrowsAsync<AudioException>(() => DecodeAsync(wav[..length]));
    }

    [Fact]
    public async Task DecodeAsync_WavHeaderDamaged_GivesWaveformOrAudioException()
    {
        var random = new Random(7);
        for (var round = 0; round < 3000; round++)
        {
            var wav = WavBytes.Create(WavBytes.Float, 32, 22050, 2, WavBytes.Float32(1, Signals.Noise(64, round))[44..]);
            for (var flips = random.Next(1, 5); flips > 0; flips--) wav[random.Next(4, 48)] ^= (byte)(1 << random.Next(8));
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                Assert.NotEmpty((await DecodeAsync(wav)).Samples);
            }
            catch (AudioException exception)
            {
                Assert.NotEmpty(exception.Message);
            }

            // Few samples give few samples; filter and blocks take the rest. Nothing here leaves the thread.
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8_000_000);
        }
    }

    private Task<Waveform> DecodeAsync(byte[] bytes, RawAudioFormat? raw = null) =>
        _decoder.DecodeAsync(bytes, raw, 16000, TestContext.Current.CancellationToken);

    private async Task<AudioException> AssertErrorAsync(AudioError expected, byte[] bytes, RawAudioFormat? raw = null)
    {
        var exception = await Assert.ThrowsAsync<AudioException>(() => DecodeAsync(bytes, raw));
        Assert.Equal(expected, exception.Error);
        return exception;
    }
}
