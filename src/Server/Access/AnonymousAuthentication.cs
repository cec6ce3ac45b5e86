using System.Text.Encodings.Web;
using Attune.Server.State;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Attune.Server.Access;

/// <summary>Lets those in who show no credential, with the roles that <see cref="AccessOptions.Anonymous"/> gives them.</summary>
internal sealed class AnonymousAuthentication(
    AccessRules rules, IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "Anonymous";

    /// <summary>Name of everybody who is let in by it.</summary>
    public const string CallerName = "anonymous";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (rules.Anonymous.Count == 0) return Task.FromResult(AuthenticateResult.NoResult());
        var user = CallerIdentity.Create(SchemeName, CallerName, Tenant.Default, rules.Anonymous);
        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(user, SchemeName)));
    }
}
