using System.Security.Cryptography;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Attune.Server.Access;

/// <summary>Finds the client of <see cref="AccessOptions.Clients"/> whose key or certificate a request shows.</summary>
/// <remarks>Certificates were verified by the handshake. A wrong key is never told, to the log least of all.</remarks>
internal sealed class ClientAuthentication(
    IOptions<AccessOptions> access, IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "Client";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var (name, failure) = Credential.Of(Request) is { } key
            ? (FindKey(key), "The key is not known. Check it, or make a new one with 'attune key new'.")
            : (FindCertificate(), $"No client has the certificate's subject ({ClientOptions.Section}).");
        if (name is null) return Task.FromResult(AuthenticateResult.Fail(failure));
        var client = access.Value.Clients[name];
        var user = CallerIdentity.Create(SchemeName, name, client.Tenant, Role.Parse(client.Roles), name);
        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(user, SchemeName)));
    }

    /// <summary>Compares with every client's, so that the time tells nothing about any.</summary>
    private string? FindKey(string key)
    {
        var hash = ApiKey.Hash(key);
        string? found = null;
        foreach (var (name, client) in access.Value.Clients)
        {
            if (client.KeySha256.Length > 0 && CryptographicOperations.FixedTimeEquals(hash, Convert.FromHexString(client.KeySha256))) found = name;
        }

        return found;
    }

    private string? FindCertificate() => Context.Connection.ClientCertificate is { } certificate
        ? access.Value.Clients.Where(client => client.Value.CertificateSubject == certificate.Subject).Select(client => client.Key).FirstOrDefault()
        : null;
}
