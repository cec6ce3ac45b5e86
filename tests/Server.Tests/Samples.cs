using System.Buffers.Binary;
using Attune.V1;
using Google.Protobuf;

namespace Attune.Server.Tests;

/// <summary>Recordings for requests.</summary>
internal static class Samples
{
    public const string Clean = "digits-clean-1";

    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "samples");

    public static IEnumerable<string> Names => Directory.EnumerateFiles(Folder, "*.wav").Select(file => Path.GetFileNameWithoutExtension(file)).Order();

    public static byte[] Wav(string name) => File.ReadAllBytes(Path.Combine(Folder, name + ".wav"));

    public static string Transcript(string name) => File.ReadAllText(Path.Combine(Folder, name + ".txt")).Trim();

    /// <summary>A request with a file, or with headerless samples if <paramref name="config"/> names an encoding.</summary>
    public static RecognizeRequest Request(byte[] audio, RecognitionConfig? config = null) =>
        new() { Audio = UnsafeByteOperations.UnsafeWrap(audio), Config = config };

    /// <summary>A request for a sample with so many steps.</summary>
    public static RecognizeRequest Request(string name, int steps) =>
        Request(Wav(name), new RecognitionConfig { Adaptation = new AdaptationConfig { Steps = steps } });

    /// <summary>A mono WAV file.</summary>
    /// <param name="format">1 for integers, 3 for floats.</param>
    /// <param name="bits">Of a sample.</param>
    /// <param name="rate">In Hz.</param>
    /// <param name="data">The samples.</param>
    /// <param name="declaredBytes">Length that the header gives; null for the true one.</param>
    public static byte[] MakeWav(short format, short bits, int rate, byte[] data, int? declaredBytes = null)
    {
        var wav = new byte[44 + data.Length];
        "RIFF"u8.CopyTo(wav);
        BinaryPrimitives.WriteInt32LittleEndian(wav.AsSpan(4), 36 + data.Length);
        "WAVEfmt "u8.CopyTo(wav.AsSpan(8));
        BinaryPrimitives.WriteInt32LittleEndian(wav.AsSpan(16), 16);
        BinaryPrimitives.WriteInt16LittleEndian(wav.AsSpan(20), format);
        BinaryPrimitives.WriteInt16LittleEndian(wav.AsSpan(22), 1);
        BinaryPrimitives.WriteInt32LittleEndian(wav.AsSpan(24), rate);
        BinaryPrimitives.WriteInt32LittleEndian(wav.AsSpan(28), rate * bits / 8);
        BinaryPrimitives.WriteInt16LittleEndian(wav.AsSpan(32), (short)(bits / 8));
        BinaryPrimitives.WriteInt16LittleEndian(wav.AsSpan(34), bits);
        "data"u8.CopyTo(wav.AsSpan(36));
        BinaryPrimitives.WriteInt32LittleEndian(wav.AsSpan(40), declaredBytes ?? data.Length);
        data.CopyTo(wav.AsSpan(44));
        return wav;
    }

    /// <summary>Little-endian floats of which the one in the middle is not a number.</summary>
    public static byte[] FloatsWithNaN(int count)
    {
        var bytes = new byte[4 * count];
        BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(count / 2 * 4), float.NaN);
        return bytes;
    }
}
