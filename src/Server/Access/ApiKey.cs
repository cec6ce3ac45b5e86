using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Attune.Server.State;

namespace Attune.Server.Access;

/// <summary>Keys: a mark by which programs that look for leaked secrets know them, and 256 random bits in base64url.</summary>
/// <remarks>The configuration has a key's SHA-256 alone. That is not to be guessed back: there is no dictionary of random bits, so that no slow hash is needed.</remarks>
public static class ApiKey
{
    /// <summary>What every key begins with.</summary>
    public const string Prefix = "attune_";

    private const int RandomBytes = 32;

    /// <summary>The rule for names of clients and tenants as half a sentence, for messages.</summary>
    public const string NameRule = DomainName.Rule;

    /// <summary>A new one.</summary>
    public static string New() => Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RandomBytes));

    /// <summary>What the configuration has of a key: 64 hexadecimal digits.</summary>
    public static string Sha256Of(string key) => Convert.ToHexStringLower(Hash(key));

    /// <summary>Whether a text may name a client or a tenant.</summary>
    public static bool IsName(string text) => DomainName.IsValid(text);

    internal static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
