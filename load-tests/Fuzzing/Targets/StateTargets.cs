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
        Repair = bytes => bytes.Length < SHA256.HashSizeInBytes ? bytes : [.. bytes.AsSpan(0, bytes.Length - SHA256.HashSizeInBytes), .. SHA256.HashData(bytes.AsSpan(0, bytes.Length - SHA256.HashSizeInBytes))],
    };

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
