using System.Security.Cryptography;

namespace Attune.Fuzzing;

/// <summary>The inputs in the repository: a folder for each parser, a file for each input.</summary>
internal static class Corpus
{
    /// <summary>Where the build puts it.</summary>
    public static string Folder { get; } = Path.Combine(AppContext.BaseDirectory, "corpus");

    /// <summary>The inputs for a parser, in order of their names.</summary>
    public static IReadOnlyList<byte[]> Read(string folder, FuzzTarget target)
    {
        var inputs = Path.Combine(folder, target.Name);
        return Directory.Exists(inputs) ? [.. Directory.GetFiles(inputs).Order(StringComparer.Ordinal).Select(File.ReadAllBytes)] : [];
    }

    /// <summary>Writes an input under its hash.</summary>
    /// <returns>Its path.</returns>
    public static string Save(string folder, byte[] input)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, Convert.ToHexStringLower(SHA256.HashData(input))[..16]);
        File.WriteAllBytes(path, input);
        return path;
    }
}
