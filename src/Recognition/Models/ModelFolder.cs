using System.Security.Cryptography;
using Attune.Recognition.Models.Hub;

namespace Attune.Recognition.Models;

/// <summary>What holds for every folder in Hugging Face layout, whatever model lies in it.</summary>
/// <remarks>Thread-safe.</remarks>
public static class ModelFolder
{
    /// <summary>
    /// The full path of a model that settings or a command line name: a relative path is looked up in the working directory, then beside the program.
    /// Where there is none, <c>OWNER/NAME</c> or <c>OWNER/NAME@REVISION</c> is a model that was fetched from a hub into the cache.
    /// </summary>
    /// <returns>The path in the working directory if nothing is there; opening it says so.</returns>
    public static string Resolve(string model)
    {
        var here = Path.GetFullPath(model);
        var beside = Path.Combine(AppContext.BaseDirectory, model);
        if (Directory.Exists(here)) return here;
        if (Directory.Exists(beside)) return beside;
        return HubReference.TryParse(model, out var reference) && new HubCache(HubCache.DefaultFolder).FindSnapshot(reference) is { } pulled ? pulled : here;
    }

    /// <summary>The full path of a folder that is there.</summary>
    /// <exception cref="ModelException">MissingFolder.</exception>
    internal static string FullPath(string folder)
    {
        var path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        return Directory.Exists(path)
            ? path
            : throw new ModelException(
                ModelError.MissingFolder, $"The model folder {path} does not exist. Correct the path; a model of a hub is fetched by attune pull OWNER/NAME.");
    }

    /// <summary>The folder's name; in a Hugging Face cache (<c>models--OWNER--NAME/snapshots/REVISION</c>) it is <c>OWNER/NAME</c>.</summary>
    internal static string NameOf(string path)
    {
        const string cachePrefix = "models--";
        var snapshots = Path.GetDirectoryName(path);
        var repository = Path.GetFileName(Path.GetDirectoryName(snapshots));
        return Path.GetFileName(snapshots) == "snapshots" && repository?.StartsWith(cachePrefix, StringComparison.Ordinal) == true
            ? repository[cachePrefix.Length..].Replace("--", "/", StringComparison.Ordinal)
            : Path.GetFileName(path);
    }

    /// <summary>
    /// SHA-256 of the safetensors file in lower-case hexadecimal, as <c>sha256sum</c> gives it. For several files it is the SHA-256 of
    /// their hashes' bytes, in order of file name.
    /// </summary>
    internal static string Hash(ModelWeights weights)
    {
        var hashes = weights.Files.Select(HashFile).ToArray();
        return Convert.ToHexStringLower(hashes.Length == 1 ? hashes[0] : SHA256.HashData([.. hashes.SelectMany(hash => hash)]));
    }

    private static byte[] HashFile(SafetensorsFile file)
    {
        using var stream = File.OpenRead(file.Path);
        return SHA256.HashData(stream);
    }
}
