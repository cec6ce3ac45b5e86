using System.Buffers.Binary;
using Attune.Recognition.Audio;

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

    /// <summary>As signed 16-bit integers.</summary>
    public static byte[] Pcm16(float[] samples)
    {
        var bytes = new byte[2 * samples.Length];
        for (var i = 0; i < samples.Length; i++)
            BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(2 * i), (short)Math.Clamp(Math.Round(samples[i] * 32768), -32768, 32767));
        return bytes;
    }
}
