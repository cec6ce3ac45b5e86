using System.Buffers;
using Attune.Recognition.Audio;

namespace Attune.Fuzzing.Targets;

/// <summary>Recordings as clients send them.</summary>
internal static class AudioTargets
{
    private const int ModelRate = 16_000, PieceSeed = 1;

    /// <summary>A WAV file, as a whole and in pieces: both must give the same samples.</summary>
    public static FuzzTarget Wav()
    {
        var decoder = Decoder();
        return new FuzzTarget("wav", bytes => ParseWav(decoder, bytes), IsRefusal)
        {
            Tokens = ["RIFF", "RF64", "WAVE", "fmt ", "data", "ds64", "LIST", "fact", "\u0010\0\0\0\u0001\0\u0001\0", "\0\0\0\u0010\0\u0080\0\0"],
            MaxAllocated = 64L << 20, // filters between odd rates, and sixteen samples for one where the rate is lowest
            MaxAllocatedPerByte = 1024,
            MaxMessage = 1_000,
        };
    }

    /// <summary>Headerless samples; the first byte says how they are coded, the second and third the rate, the fourth the channels.</summary>
    public static FuzzTarget Raw()
    {
        var decoder = Decoder();
        return new FuzzTarget("raw-audio", bytes => ParseRaw(decoder, bytes), IsRefusal) { MaxAllocated = 64L << 20, MaxAllocatedPerByte = 1024, MaxMessage = 1_000 };
    }

    /// <summary>What is read of compressed files before ffmpeg sees them, and of its answer.</summary>
    public static FuzzTarget Containers() => new("containers", ParseContainer, IsRefusal)
    {
        Tokens = ["fLaC", "OggS", "ID3", ".snd", "OpusHead", "vorbis", "\0\0\0\"", "\u0004", "RIFF"],
        MaxMessage = 1_000,
    };

    /// <summary>Compressed files, decoded by ffmpeg, which is slow to start: some tens a second.</summary>
    public static FuzzTarget Compressed()
    {
        var decoder = Decoder();
        return new FuzzTarget("compressed", bytes => Describe(Wait(decoder.DecodeAsync(bytes, null, ModelRate, CancellationToken.None))), IsRefusal)
        {
            Tokens = ["fLaC", "OggS", "ID3"],
            MaxTime = TimeSpan.FromSeconds(12), // Audio:DecoderTimeout, and some
            MaxAllocated = 64L << 20,
            MaxAllocatedPerByte = 1024,
            MaxMessage = 1_000,
        };
    }

    private static AudioDecoder Decoder() => new(new AudioOptions { MaxDuration = TimeSpan.FromSeconds(30), DecoderTimeout = TimeSpan.FromSeconds(10) });

    private static bool IsRefusal(Exception exception) => exception is AudioException;

    private static string ParseWav(AudioDecoder decoder, byte[] bytes)
    {
        if (bytes.Length > 0 && ContainerSniffer.Detect(bytes) != AudioContainer.Wav) return DecodePieces(decoder, bytes, null, out _);
        var whole = Wait(decoder.DecodeAsync(bytes, null, ModelRate, CancellationToken.None));
        DecodePieces(decoder, bytes, null, out var pieces);
        if (!whole.Samples.AsSpan().SequenceEqual(pieces)) throw new InvalidOperationException($"{whole.Samples.Length} samples as a whole, others in pieces: {pieces.Length}.");
        return Describe(whole);
    }

    private static string ParseRaw(AudioDecoder decoder, byte[] bytes)
    {
        if (bytes.Length < 4) return "short";
        var format = new RawAudioFormat((AudioEncoding)(bytes[0] % 9), ((bytes[1] << 8) | bytes[2]) * 8, (sbyte)bytes[3]);
        if (format.Encoding == AudioEncoding.Unspecified) return "unspecified";
        var samples = bytes.AsMemory(4);
        var whole = Wait(decoder.DecodeAsync(samples, format, ModelRate, CancellationToken.None));
        DecodePieces(decoder, samples.ToArray(), format, out var pieces);
        if (!whole.Samples.AsSpan().SequenceEqual(pieces)) throw new InvalidOperationException($"{whole.Samples.Length} samples as a whole, others in pieces: {pieces.Length}.");
        return Describe(whole) + format.Encoding;
    }

    private static string DecodePieces(AudioDecoder decoder, byte[] bytes, RawAudioFormat? format, out ReadOnlySpan<float> samples)
    {
        var stream = decoder.OpenStream(format, ModelRate);
        var output = new ArrayBufferWriter<float>();
        var random = new Random(PieceSeed);
        for (int start = 0, length; start < bytes.Length; start += length)
        {
            length = Math.Min(bytes.Length - start, 1 + random.Next(1000));
            stream.Append(bytes.AsSpan(start, length), output, CancellationToken.None);
        }

        stream.Finish(output);
        samples = output.WrittenSpan;
        return "pieces";
    }

    private static string ParseContainer(byte[] bytes)
    {
        if (bytes.Length == 0) return "empty";
        if (bytes.AsSpan().StartsWith(".snd"u8)) return $"au {Wait(AuHeader.ReadAsync(new MemoryStream(bytes), CancellationToken.None))?.Sample}";
        var container = ContainerSniffer.Detect(bytes);
        if (container == AudioContainer.Ogg) OggPages.RequireIntact(bytes);
        return container == AudioContainer.Flac ? $"flac {FlacStreamInfo.TotalFrames(bytes) > 0}" : container.ToString();
    }

    private static T Wait<T>(Task<T> task) => task.GetAwaiter().GetResult();

    private static string Describe(Waveform waveform) => waveform.Samples.Length > 0 ? "samples" : "none";
}
