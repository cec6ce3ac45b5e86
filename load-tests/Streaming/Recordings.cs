using System.Buffers.Binary;
using System.Text.Json;
using Attune.Recognition.Audio;

namespace Attune.Streaming;

/// <summary>Speech and noise to make streams from, at 16 kHz.</summary>
internal static class Recordings
{
    public const int SampleRateHz = 16000;

    private static readonly AudioDecoder Decoder = new(new AudioOptions());

    /// <summary>The first recordings of a manifest, in its order.</summary>
    public static async Task<IReadOnlyList<float[]>> ReadManifestAsync(string manifest, int limit)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(manifest))!;
        var recordings = new List<float[]>();
        foreach (var line in File.ReadLines(manifest).Where(line => line.Length > 0).Take(limit))
        {
            using var json = JsonDocument.Parse(line);
            recordings.Add(await ReadAsync(Path.Combine(folder, json.RootElement.GetProperty("audio_filepath").GetString()!)));
        }

        return recordings;
    }

    /// <summary>The samples that ship, each followed by a second of silence, as signed 16-bit integers. The working directory is the repository's root.</summary>
    public static async Task<byte[]> ReadSamplesAsync()
    {
        var samples = new List<float>();
        foreach (var file in Directory.GetFiles("samples", "*.wav").Order(StringComparer.Ordinal))
        {
            samples.AddRange(await ReadAsync(file));
            samples.AddRange(new float[SampleRateHz]);
        }

        return ToPcm16([.. samples]);
    }

    /// <summary>One recording.</summary>
    public static async Task<float[]> ReadAsync(string file) =>
        (await Decoder.DecodeAsync(await File.ReadAllBytesAsync(file), rawFormat: null, SampleRateHz, CancellationToken.None)).Samples;

    /// <summary>A recording as often as the length needs.</summary>
    public static float[] Repeat(float[] recording, double seconds)
    {
        var samples = new float[(int)(seconds * SampleRateHz)];
        for (var i = 0; i < samples.Length; i++) samples[i] = recording[i % recording.Length];
        return samples;
    }

    /// <summary>As signed 16-bit integers.</summary>
    public static byte[] ToPcm16(ReadOnlySpan<float> samples)
    {
        var bytes = new byte[2 * samples.Length];
        for (var i = 0; i < samples.Length; i++)
        {
            var value = (short)Math.Clamp(MathF.Round(samples[i] * 32768), -32768, 32767);
            BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(2 * i), value);
        }

        return bytes;
    }
}
