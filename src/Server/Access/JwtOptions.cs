namespace Attune.Server.Access;

/// <summary>Whose JSON Web Tokens are believed (RFC 7519). Tokens are signed with RSA or ECDSA.</summary>
public sealed class JwtOptions
{
    public const string Section = AccessOptions.Section + ":Jwt";

    /// <summary>Who issues tokens: the claim <c>iss</c>, exactly. Default empty: tokens are not taken.</summary>
    public string Issuer { get; set; } = "";

    /// <summary>For whom they are issued: the claim <c>aud</c> has it. Required with an issuer. Default empty.</summary>
    public string Audience { get; set; } = "";

    /// <summary>
    /// File with the issuer's public keys, a JSON Web Key Set or PEM. Read when the server starts; it may hold the next key beside the current one. Default empty:
    /// they are fetched from the issuer (OpenID Connect Discovery), again when it signs with a new one.
    /// </summary>
    public string KeysFile { get; set; } = "";

    /// <summary>Claim with the tenant. A token without it is refused. Default <c>tenant</c>.</summary>
    public string TenantClaim { get; set; } = "tenant";

    /// <summary>Claim with the roles, a list or words separated by spaces; others than ours are left out. Default <c>roles</c>.</summary>
    public string RolesClaim { get; set; } = "roles";

    /// <summary>Whether tokens are taken.</summary>
    internal bool IsOn => Issuer.Length > 0;
}
