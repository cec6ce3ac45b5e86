using System.Diagnostics;
using Attune.Recognition.Audio;

namespace Attune.Recognition.Tests.Audio;

public sealed class FfmpegDecoderTests
{
    private const int Rate = 48000;

    private static readonly string[] Flac = ["-c:a", "flac", "-f", "flac"];
    private static readonly string[] Opus = ["-c:a", "libopus", "-b:a", "96k", "-f", "ogg"];
    private static readonly string[] Vorbis = ["-c:a", "libvorbis", "-f", "ogg"];
    private static readonly string[] Mp3 = ["-c:a", "libmp3lame", "-b:a", "128k", "-f", "mp3"];

    [Fact]
    public async Task DecodeAsync_Flac_GivesTheSamplesOfTheWav()
    {
        var wav = Tone16(2);

        var fromFlac = await DecodeAsync(await FfmpegTool.EncodeAsync(wav, Flac));

        var fromWav = await DecodeAsync(wav);
        Assert.Equal(fromWav.Samples, fromFlac.Samples);
    }

    [Theory]
    [InlineData("opus")]
    [InlineData("vorbis")]
    [InlineData("mp3")]
    public async Task DecodeAsync_Lossy_GivesTheToneAndItsDuration(string codec)
    {
        var waveform = await DecodeAsync(await FfmpegTool.EncodeAsync(Tone16(2), Arguments(codec)));

        Assert.Equal(16000, waveform.SampleRateHz);
        Assert.InRange(waveform.Duration.TotalSeconds, 1.95, 2.1);
        Assert.InRange(Signals.RootMeanSquare(waveform.Samples.AsSpan(8000, 16000)), 0.33, 0.38);
    }

    [Fact]
    public async Task DecodeAsync_Stereo_GivesTheMeanOfBothChannels()
    {
        var data = WavBytes.Bytes([.. Enumerable.Repeat<short[]>([16384, 0], 16000).SelectMany(pair => pair)]);
        var flac = await FfmpegTool.EncodeAsync(WavBytes.Create(WavBytes.Integer, 16, 16000, 2, data), Flac);

        Assert.All((await DecodeAsync(flac)).Samples, sample => Assert.Equal(0.25f, sample));
    }

    [Fact]
    public async Task DecodeAsync_Mp3WithoutTag_IsRecognised()
    {
        var mp3 = await FfmpegTool.EncodeAsync(Tone16(1), [.. Mp3[..^2], "-id3v2_version", "0", "-write_xing", "0", "-f", "mp3"]);

        Assert.Equal(0xFF, mp3[0]);
        Assert.InRange((await DecodeAsync(mp3)).Duration.TotalSeconds, 0.95, 1.1);
    }

    [Theory]
    [InlineData("flac", 0.001)]
    [InlineData("flac", 0.01)]
    [InlineData("flac", 0.5)]
    [InlineData("flac", 0.999)]
    [InlineData("opus", 0.001)]
    [InlineData("opus", 0.5)]
    [InlineData("opus", 0.999)]
    [InlineData("vorbis", 0.5)]
    [InlineData("mp3", 0.001)]
    public async Task DecodeAsync_FileCut_IsTruncatedOrCorrupt(string codec, double kept)
    {
        var file = await FfmpegTool.EncodeAsync(Noise16(2), Arguments(codec));

        var exception = await Assert.ThrowsAsync<AudioException>(() => DecodeAsync(file[..Math.Max(4, (int)(kept * file.Length))]));

        Assert.True(exception.Error is AudioError.Truncated or AudioError.Corrupt, $"{exception.Error}: {exception.Message}");
        Assert.DoesNotContain("0x", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("flac")]
    [InlineData("opus")]
    [InlineData("vorbis")]
    public async Task DecodeAsync_ByteChangedInTheMiddle_IsCorrupt(string codec)
    {
        var file = await FfmpegTool.EncodeAsync(Noise16(2), Arguments(codec));
        file[file.Length / 2] ^= 0x10;

        var exception = await Assert.ThrowsAsync<AudioException>(() => DecodeAsync(file));

        Assert.Equal(AudioError.Corrupt, exception.Error);
    }

    [Fact]
    public async Task DecodeAsync_FlacDeclaresMoreThanItHolds_SaysBothNumbers()
    {
        var flac = await FfmpegTool.EncodeAsync(Tone16(1), Flac);
        flac[24] += 1;

        var exception = await Assert.ThrowsAsync<AudioException>(() => DecodeAsync(flac));

        Assert.Equal(AudioError.Truncated, exception.Error);
        Assert.Contains("declares 48,256 samples and holds 48,000", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DecodeAsync_CoverPicture_IsIgnored()
    {
        var wav = Tone16(1);
        string[] picture = ["-f", "lavfi", "-i", "color=red:s=16x16:r=1:d=1", "-map", "0", "-map", "1"];

        var flac = await FfmpegTool.EncodeAsync(wav, [.. picture, "-c:v", "mjpeg", "-disposition:v", "attached_pic", .. Flac]);

        Assert.Equal(TimeSpan.FromSeconds(1), (await DecodeAsync(flac)).Duration);
    }

    [Theory]
    [InlineData("fLaC")]
    [InlineData("OggS")]
    [InlineData("ID3\u0004")]
    public async Task DecodeAsync_JunkBehindTheMark_GivesAudioException(string mark)
    {
        FfmpegTool.Require();
        var random = new Random(8);
        var junk = new byte[5000];
        random.NextBytes(junk);

        var exception = await Assert.ThrowsAsync<AudioException>(
            () => DecodeAsync([.. mark.Select(character => (byte)character), .. junk]));

        Assert.True(exception.Error is AudioError.Truncated or AudioError.Corrupt, $"{exception.Error}: {exception.Message}");
    }

    [Fact]
    public async Task DecodeAsync_PlaylistBehindATag_OpensNothing()
    {
        FfmpegTool.Require();
        byte[] bytes = [.. "ID3\u0004\0\0\0\0\0\0"u8, .. "#EXTM3U\n#EXTINF:1,\nfile:///etc/hostname\n"u8];

        var exception = await Assert.ThrowsAsync<AudioException>(() => DecodeAsync(bytes));

        Assert.Equal(AudioError.Corrupt, exception.Error);
    }

    [Fact]
    public async Task DecodeAsync_LongerThanLimit_IsTooLong()
    {
        var opus = await FfmpegTool.EncodeAsync(Tone16(5), Opus);
        var options = new AudioOptions { MaxDuration = TimeSpan.FromSeconds(2) };

        var exception = await Assert.ThrowsAsync<AudioException>(() => DecodeAsync(opus, options));

        Assert.Equal(AudioError.TooLong, exception.Error);
    }

    [Fact]
    public async Task DecodeAsync_MoreThanThePipesHold_FlowsBothWays()
    {
        var wav = WavBytes.Create(WavBytes.Integer, 16, Rate, 1, WavBytes.Bytes(Shorts(Signals.Noise(20 * Rate, seed: 9))));

        var waveform = await DecodeAsync(await FfmpegTool.EncodeAsync(wav, Flac));

        Assert.Equal(TimeSpan.FromSeconds(20), waveform.Duration);
    }

    [Fact]
    public async Task DecodeAsync_ProgramAbsent_SaysWhatToInstall()
    {
        var exception = await Assert.ThrowsAsync<AudioException>(
            () => DecodeAsync([.. "fLaC"u8], new AudioOptions { FfmpegPath = "ffmpeg-that-is-not-there" }));

        Assert.Equal(AudioError.DecoderMissing, exception.Error);
        Assert.Contains("apt-get install ffmpeg", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DecodeAsync_ProgramHangs_IsKilledAtTheTimeout()
    {
        await WithScriptAsync("sleep 300 & wait", async path =>
        {
            var clock = Stopwatch.StartNew();
            var options = new AudioOptions { FfmpegPath = path, DecoderTimeout = TimeSpan.FromMilliseconds(200) };

            var exception = await Assert.ThrowsAsync<AudioException>(
                () => DecodeAsync([.. "fLaC"u8, .. new byte[1_000_000]], options));

            Assert.Equal(AudioError.DecoderTimedOut, exception.Error);
            Assert.InRange(clock.Elapsed.TotalSeconds, 0.1, 60);
        });
    }

    [Fact]
    public async Task DecodeAsync_CancelledWhileDecoding_Throws()
    {
        await WithScriptAsync("sleep 300", async path =>
        {
            using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
            var decoder = new AudioDecoder(new AudioOptions { FfmpegPath = path });

            await Assert.ThrowsAnyAsync<OperationCanceledException>(
                () => decoder.DecodeAsync("fLaC"u8.ToArray(), null, 16000, cancellation.Token));
        });
    }

    [Fact]
    public async Task DecodeAsync_ProgramIsNoFfmpeg_Fails()
    {
        await WithScriptAsync("echo this is no Sun AU stream at all", async path =>
        {
            var exception = await Assert.ThrowsAsync<AudioException>(
                () => DecodeAsync([.. "fLaC"u8], new AudioOptions { FfmpegPath = path }));

            Assert.Equal(AudioError.DecoderFailed, exception.Error);
        });
    }

    [Fact]
    public async Task DecodeAsync_ProgramComplains_ShowsItsLastLineWithoutAddresses()
    {
        await WithScriptAsync("echo first >&2; echo '[flac @ 0x55e0] bad \tthing' >&2; exit 3", async path =>
        {
            var exception = await Assert.ThrowsAsync<AudioException>(
                () => DecodeAsync([.. "fLaC"u8], new AudioOptions { FfmpegPath = path }));

            Assert.Equal(AudioError.Corrupt, exception.Error);
            Assert.Contains("status 3: [flac] bad ?thing", exception.Message, StringComparison.Ordinal);
        });
    }

    private static async Task WithScriptAsync(string body, Func<string, Task> test)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs a shell script as a program.");
        var folder = Directory.CreateTempSubdirectory("attune-audio-");
        try
        {
            var path = Path.Combine(folder.FullName, "ffmpeg");
            await File.WriteAllTextAsync(path, $"#!/bin/sh\n{body}\n");
            if (OperatingSystem.IsLinux()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
            await test(path);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string[] Arguments(string codec) => codec switch
    {
        "flac" => Flac,
        "opus" => Opus,
        "vorbis" => Vorbis,
        _ => Mp3,
    };

    private static byte[] Tone16(int seconds) => WavBytes.Pcm16(Rate, Shorts(Signals.Sine(440, Rate, seconds * Rate, 0.5)));

    private static byte[] Noise16(int seconds) => WavBytes.Pcm16(Rate, Shorts(Signals.Noise(seconds * Rate, seed: 6, 0.5)));

    private static short[] Shorts(float[] samples) => [.. samples.Select(sample => (short)(32767 * sample))];

    private static Task<Waveform> DecodeAsync(byte[] bytes, AudioOptions? options = null) =>
        new AudioDecoder(options ?? new AudioOptions()).DecodeAsync(bytes, null, 16000, TestContext.Current.CancellationToken);
}
