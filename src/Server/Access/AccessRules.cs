using Microsoft.Extensions.Options;

namespace Attune.Server.Access;

/// <summary>What the settings mean together.</summary>
internal sealed class AccessRules(IOptions<AccessOptions> access, IOptions<JwtOptions> jwt)
{
    /// <summary>Value of <see cref="AccessOptions.Anonymous"/> for no role; nobody at all.</summary>
    public const string Nobody = "none";

    /// <summary>Clients that are configured.</summary>
    public int Clients => access.Value.Clients.Count;

    /// <summary>Whose tokens are taken.</summary>
    public string Issuer => jwt.Value.IsOn ? jwt.Value.Issuer : Nobody;

    /// <summary>Whether there is any credential that would let somebody in.</summary>
    public bool HasCredentials { get; } = access.Value.Clients.Count > 0 || jwt.Value.IsOn;

    /// <summary>Whether everybody who reaches the server may do everything because nobody said otherwise.</summary>
    public bool IsOpen => !HasCredentials && access.Value.Anonymous.Length == 0;

    /// <summary>Roles of callers without a credential.</summary>
    public IReadOnlyList<string> Anonymous => IsOpen ? Role.All : Role.Parse(access.Value.Anonymous);

    /// <summary>Which scheme is to find out who sends a request.</summary>
    public string SchemeFor(HttpContext context)
    {
        // Without credentials there is nothing to compare with: clients that always send one are served too.
        if (!HasCredentials) return AnonymousAuthentication.SchemeName;
        if (Credential.Of(context.Request) is { } shown)
            return jwt.Value.IsOn && !shown.StartsWith(ApiKey.Prefix, StringComparison.Ordinal) ? TokenAuthentication.SchemeName : ClientAuthentication.SchemeName;
        return context.Connection.ClientCertificate is null ? AnonymousAuthentication.SchemeName : ClientAuthentication.SchemeName;
    }
}
