using System.Security.Cryptography;
using Attune.Server.Configuration;
using Microsoft.IdentityModel.Tokens;

namespace Attune.Server.Access;

/// <summary>Public keys of an issuer of tokens, from a file.</summary>
internal static class SigningKeys
{
    private const string Setting = $"{JwtOptions.Section}:{nameof(JwtOptions.KeysFile)}";

    /// <summary>Reads a JSON Web Key Set, or one key in PEM, RSA or ECDSA.</summary>
    /// <exception cref="ConfigurationException">The file cannot be read, or holds no such key.</exception>
    public static IReadOnlyList<SecurityKey> Read(string path)
    {
        try
        {
            var text = File.ReadAllText(path);
            var keys = text.TrimStart().StartsWith('{') ? [.. new JsonWebKeySet(text).GetSigningKeys()] : new[] { ReadPem(text) };
            return keys.Length > 0 ? keys : throw new ArgumentException("It has no key for signatures.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or CryptographicException)
        {
            throw new ConfigurationException(
                [$"{Setting} {path} must be a JSON Web Key Set, or a public key in PEM, RSA or ECDSA. {exception.Message.TrimEnd('.')}."], exception);
        }
    }

    private static SecurityKey ReadPem(string text)
    {
        try
        {
            var rsa = RSA.Create();
            rsa.ImportFromPem(text);
            return new RsaSecurityKey(rsa);
        }
        catch (CryptographicException)
        {
            var ecdsa = ECDsa.Create();
            ecdsa.ImportFromPem(text);
            return new ECDsaSecurityKey(ecdsa);
        }
    }
}
