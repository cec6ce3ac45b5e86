using System.Security.Claims;
using Attune.Server.Configuration;
using Attune.Server.State;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.IdentityModel.Tokens;

namespace Attune.Server.Access;

/// <summary>JSON Web Tokens: whom their issuer says that a caller is.</summary>
internal static class TokenAuthentication
{
    public const string SchemeName = "Token";

    /// <summary>Issuer and server may disagree so much about the time.</summary>
    private static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(30);

    /// <summary>With a public key for everybody to see, a signature by a shared secret proves nothing.</summary>
    private static readonly string[] Algorithms =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512, SecurityAlgorithms.RsaSsaPssSha256,
        SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512, SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384,
        SecurityAlgorithms.EcdsaSha512,
    ];

    /// <summary>Sets the handler of ASP.NET Core up.</summary>
    /// <exception cref="ConfigurationException">The file of keys cannot be used.</exception>
    public static void Configure(JwtBearerOptions bearer, JwtOptions options, TimeProvider time)
    {
        bearer.MapInboundClaims = false;
        bearer.TimeProvider = time;
        if (options.KeysFile.Length > 0)
        {
            bearer.TokenValidationParameters.IssuerSigningKeys = SigningKeys.Read(options.KeysFile);
        }
        else
        {
            bearer.Authority = options.Issuer;
            bearer.RequireHttpsMetadata = !new Uri(options.Issuer).IsLoopback;
        }

        var expected = bearer.TokenValidationParameters;
        expected.ValidIssuer = options.Issuer;
        expected.ValidAudience = options.Audience;
        expected.ValidAlgorithms = Algorithms;
        expected.ValidateIssuerSigningKey = true;
        expected.LifetimeValidator = (notBefore, expires, _, _) => IsNow(notBefore, expires, time.GetUtcNow().UtcDateTime);
        bearer.Events = new JwtBearerEvents
        {
            OnMessageReceived = context =>
            {
                context.Token = Credential.Of(context.Request);
                return Task.CompletedTask;
            },
            OnTokenValidated = context =>
            {
                Accept(context, options);
                return Task.CompletedTask;
            },
        };
    }

    private static bool IsNow(DateTime? notBefore, DateTime? expires, DateTime now) =>
        now - ClockSkew < expires && !(notBefore > now + ClockSkew);

    private static void Accept(TokenValidatedContext context, JwtOptions options)
    {
        var token = context.Principal!;
        var tenant = token.FindFirstValue(options.TenantClaim);
        if (tenant is null || !DomainName.IsValid(tenant))
        {
            context.Fail($"The token's claim {options.TenantClaim} must {DomainName.Rule}.");
            return;
        }

        if (token.FindFirstValue("sub") is not { Length: > 0 } subject)
        {
            context.Fail("The token must have the claim sub.");
            return;
        }

        var roles = token.FindAll(options.RolesClaim).SelectMany(claim => Role.Parse(claim.Value)).Distinct();
        context.Principal = CallerIdentity.Create(SchemeName, subject, tenant, roles);
    }
}
