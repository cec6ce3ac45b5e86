using System.Security.Cryptography;
using System.Text;
using Attune.Adaptation.Revisions;
using Attune.Server.State;

namespace Attune.Fuzzing.Targets;

/// <summary>What a store gives back, which others may write to.</summary>
internal static class StateTargets
{
    public static FuzzTarget Revision(Scratch scratch) => new(
        "revision", bytes => RevisionFile.Read(bytes, scratch.Model).ParameterSet, exception => exception is RevisionException)
    {
        Tokens = ["attune.revision", "attune.sha256", "\\\"Domain\\\"", "\\\"Number\\\":", "\\\"Checks\\\":[]", "__metadata__", "F32", "shape", "data_offsets", "optimizer.first.", "OptimizerSteps", "top-1", "bias"],
        Repair = RepairHash,
        MaxAllocated = 64L << 20,
        MaxBytes = 1 << 16,
    };

    public static FuzzTarget Utterance() => new("utterance", bytes => UtteranceFormat.Read(bytes).Recognition.ParameterSet, exception => exception is InvalidDataException)
    {
        Tokens = ["ATTU", "\u0001\0\0\0", "{", "}", "\"Recognition\":", "\"Id\":", "\"Domain\":", "\"Time\":", "\"Final\":", "null", "Adapted"],
        Repair = RepairEnd,
    };

    public static FuzzTarget Example() => new("example", Parse, exception => exception is InvalidDataException)
    {
        Tokens = ["ATTE", "\u0001\0\0\0", "\0\0\0\0", "\u00ff\u00ff\u00ff\u00ff", "\0\0\u0080\u003f", "text"],
        Repair = RepairEnd,
    };

    private static string Parse(byte[] bytes)
    {
        var example = ExampleFormat.Read("0", bytes);
        return $"{example.Example.Label is null} {example.Embedding.Length > 0} {example.Example.Text.Length > 0}";
    }

    /// <summary>Puts the hash of the rest at the end.</summary>
    private static byte[] RepairEnd(byte[] bytes)
    {
        if (bytes.Length < SHA256.HashSizeInBytes) return bytes;
        var content = bytes.AsSpan(0, bytes.Length - SHA256.HashSizeInBytes);
        return [.. content, .. SHA256.HashData(content)];
    }

    /// <summary>Puts the hash of the rest where its digits stand.</summary>
    private static byte[] RepairHash(byte[] bytes)
    {
        var key = "\"attune.sha256\":\""u8;
        var start = bytes.AsSpan().IndexOf(key) + key.Length;
        if (start < key.Length || start + 64 > bytes.Length) return bytes;
        var repaired = (byte[])bytes.Clone();
        repaired.AsSpan(start, 64).Fill((byte)'0');
        Encoding.ASCII.GetBytes(Convert.ToHexStringLower(SHA256.HashData(repaired)), repaired.AsSpan(start, 64));
        return repaired;
    }
}
