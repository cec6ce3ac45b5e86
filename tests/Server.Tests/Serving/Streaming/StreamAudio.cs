using System.Buffers.Binary;
using Attune.Recognition.Audio;
using Encoding = Attune.V1.AudioEncoding;

namespace Attune.Server.Tests.Serving.Streaming;

/// <summary>Audio for streams.</summary>
internal static class StreamAudio
{
    public const int Rate = 16000;

    /// <summary>Samples of recordings at 16 kHz, one after another, each followed by silence.</summary>
    public static async Task<float[]> JoinAsync(TimeSpan pause, params string[] names)
    {
        var decoder = new AudioDecoder(new AudioOptions());
        var samples = new List<float>();
        foreach (var name in names)
        {
            samples.AddRange((await decoder.DecodeAsync(Samples.Wav(name), rawFormat: null, Rate, CancellationToken.None)).Samples);
            samples.AddRange(new float[(int)(pause.TotalSeconds * Rate)]);
        }

        return [.. samples];
    }

    /// <summary>In any encoding, mono.</summary>
    public static async Task<byte[]> EncodeAsync(float[] samples, Encoding encoding)
    {
        byte[] law = encoding is Encoding.Mulaw or Encoding.Alaw ? await LawAsync(samples, Form(encoding)) : [];
        return law.Length > 0 ? law : [.. samples.SelectMany(sample => Bytes(sample, encoding))];
    }

    /// <summary>As the decoder calls it.</summary>
    public static AudioEncoding Form(Encoding encoding) => encoding switch
    {
        Encoding.Linear16 => AudioEncoding.Pcm16,
        Encoding.Linear24 => AudioEncoding.Pcm24,
        Encoding.Linear32 => AudioEncoding.Pcm32,
        Encoding.Float32 => AudioEncoding.Float32,
        Encoding.Mulaw => AudioEncoding.MuLaw,
        _ => AudioEncoding.ALaw,
    };

    private static byte[] Bytes(float sample, Encoding encoding) => encoding switch
    {
        Encoding.Linear16 => BitConverter.GetBytes((short)Math.Clamp(Math.Round(sample * 32768), -32768, 32767)),
        Encoding.Linear24 => BitConverter.GetBytes((int)Math.Clamp(Math.Round(sample * 8388608), -8388608, 8388607))[..3],
        Encoding.Linear32 => BitConverter.GetBytes((int)Math.Clamp(Math.Round(sample * 2147483648.0), int.MinValue, int.MaxValue)),
        _ => BitConverter.GetBytes(sample),
    };

    /// <summary>The nearest of the 256 values that the decoder knows.</summary>
    private static async Task<byte[]> LawAsync(float[] samples, AudioEncoding encoding)
    {
        byte[] codes = [.. Enumerable.Range(0, 256).Select(code => (byte)code)];
        var values = (await new AudioDecoder(new AudioOptions()).DecodeAsync(codes, new RawAudioFormat(encoding, Rate, 1), Rate, CancellationToken.None)).Samples;
        return [.. samples.Select(sample => codes.MinBy(code => Math.Abs(values[code] - sample)))];
    }

    /// <summary>As signed 16-bit integers.</summary>
    public static byte[] Pcm16(float[] samples)
    {
        var bytes = new byte[2 * samples.Length];
        for (var i = 0; i < samples.Length; i++)
            BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(2 * i), (short)Math.Clamp(Math.Round(samples[i] * 32768), -32768, 32767));
        return bytes;
    }
}
