using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Attune.Recognition.Models.Hub;

/// <summary>A file of a model on a hub.</summary>
/// <param name="Name">In the model's folder.</param>
/// <param name="ETag">What the hub calls its content: SHA-256 for large files, git's SHA-1 for small ones.</param>
/// <param name="SizeBytes">Length in bytes.</param>
internal sealed partial record HubFile(string Name, string ETag, long SizeBytes)
{
    /// <summary>Whether a tag can be a file's name.</summary>
    public static bool IsUsable(string etag) => Usable().IsMatch(etag);

    /// <summary>Whether a file has the announced content, as far as the tag can tell.</summary>
    public bool Matches(string path)
    {
        using var stream = File.OpenRead(path);
        return Matches(stream);
    }

    /// <summary>The same of a file that is open.</summary>
    public bool Matches(FileStream stream)
    {
        if (stream.Length != SizeBytes) return false;
        stream.Position = 0;
        return ETag.Length switch
        {
            2 * SHA256.HashSizeInBytes when Hexadecimal().IsMatch(ETag) => Convert.ToHexStringLower(SHA256.HashData(stream)) == ETag,
            2 * SHA1.HashSizeInBytes when Hexadecimal().IsMatch(ETag) => GitHash(stream) == ETag,
            _ => true,
        };
    }

    /// <summary>What git calls the content.</summary>
    private static string GitHash(FileStream stream)
    {
        // git's choice: it identifies a file here, and keeps no secret.
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
        hash.AppendData(Encoding.ASCII.GetBytes($"blob {stream.Length}\0"));
        var buffer = new byte[1 << 16];
        for (var read = stream.Read(buffer); read > 0; read = stream.Read(buffer)) hash.AppendData(buffer, 0, read);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    [GeneratedRegex(@"\A[0-9A-Za-z_-]{1,128}\z")]
    private static partial Regex Usable();

    [GeneratedRegex(@"\A[0-9a-f]+\z")]
    private static partial Regex Hexadecimal();
}
