using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Attune.Server.Tests.Access;

/// <summary>Who issues tokens, by hand, so that tokens can be wrong in every way.</summary>
internal sealed class TestIssuer : IDisposable
{
    public const string Name = "https://issuer.example", Audience = "attune";

    private readonly TemporaryFolder _folder = new();
    private readonly RSA _key = RSA.Create(2048);

    public TestIssuer() => File.WriteAllText(KeysFile, Pem);

    /// <summary>Its public key.</summary>
    public string Pem => _key.ExportSubjectPublicKeyInfoPem();

    public string KeysFile => _folder.File("issuer.pem");

    /// <summary>Settings of a server that believes it.</summary>
    public string[] Settings => [$"--Access:Jwt:Issuer={Name}", $"--Access:Jwt:Audience={Audience}", $"--Access:Jwt:KeysFile={KeysFile}"];

    /// <summary>Its public key as a JSON Web Key Set.</summary>
    public string KeySet
    {
        get
        {
            var parameters = _key.ExportParameters(includePrivateParameters: false);
            return JsonSerializer.Serialize(new
            {
                keys = new[]
                {
                    new { kty = "RSA", use = "sig", kid = "1", n = Base64Url.EncodeToString(parameters.Modulus), e = Base64Url.EncodeToString(parameters.Exponent) },
                },
            });
        }
    }

    /// <summary>The claims of a good token.</summary>
    /// <param name="now">When it is issued; it is valid for an hour.</param>
    /// <param name="change">What is to be wrong with it.</param>
    public static JsonObject Claims(DateTimeOffset now, Action<JsonObject>? change = null)
    {
        var claims = new JsonObject
        {
            ["iss"] = Name,
            ["aud"] = Audience,
            ["sub"] = "carol",
            ["tenant"] = "acme",
            ["roles"] = new JsonArray("recognise", "adapt", "something of another program"),
            ["nbf"] = now.ToUnixTimeSeconds(),
            ["exp"] = now.AddHours(1).ToUnixTimeSeconds(),
        };
        change?.Invoke(claims);
        return claims;
    }

    /// <summary>A token, signed.</summary>
    public string Sign(JsonObject claims) => Sign(claims, _key);

    /// <summary>A token, signed with another key.</summary>
    public static string Sign(JsonObject claims, RSA key) => Sign(
        claims, "RS256", signed => key.SignData(signed, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));

    /// <summary>A token, signed in another way.</summary>
    public static string Sign(JsonObject claims, string algorithm, Func<byte[], byte[]> sign)
    {
        var signed = $"{Encode(new JsonObject { ["alg"] = algorithm, ["typ"] = "JWT", ["kid"] = "1" })}.{Encode(claims)}";
        return $"{signed}.{Base64Url.EncodeToString(sign(Encoding.ASCII.GetBytes(signed)))}";
    }

    /// <summary>A part of a token.</summary>
    public static string Encode(JsonObject part) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(part.ToJsonString()));

    public void Dispose()
    {
        _key.Dispose();
        _folder.Dispose();
    }
}
