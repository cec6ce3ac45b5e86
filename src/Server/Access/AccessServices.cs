using Attune.Server.Configuration;
using Attune.Server.Workers;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace Attune.Server.Access;

/// <summary>What access control is made of, on top of ASP.NET Core's authentication and authorization.</summary>
internal static class AccessServices
{
    /// <summary>The scheme that asks one of the others.</summary>
    private const string Chooser = "Attune";

    public static void AddAccess(this IServiceCollection services)
    {
        services.AddSingleton<AccessRules>();
        services.AddSingleton<CallerDirectory>();
        services.AddSingleton<ServerTls>();
        services.AddHostedService<CertificateWorker>();
        services.AddOptions<KestrelServerOptions>().Configure<ServerTls>((kestrel, tls) => kestrel.ConfigureHttpsDefaults(tls.Configure));
        services.AddSingleton<IAuthorizationMiddlewareResultHandler, AccessDenial>();
        services.AddAuthentication(Chooser)
            .AddPolicyScheme(
                Chooser, displayName: null, scheme => scheme.ForwardDefaultSelector = context => context.RequestServices.GetRequiredService<AccessRules>().SchemeFor(context))
            .AddScheme<AuthenticationSchemeOptions, AnonymousAuthentication>(AnonymousAuthentication.SchemeName, _ => { })
            .AddScheme<AuthenticationSchemeOptions, ClientAuthentication>(ClientAuthentication.SchemeName, _ => { })
            .AddJwtBearer(TokenAuthentication.SchemeName, _ => { });
        services.AddOptions<JwtBearerOptions>(TokenAuthentication.SchemeName).Configure<IOptions<JwtOptions>, TimeProvider>(
            (bearer, jwt, time) =>
            {
                if (jwt.Value.IsOn) TokenAuthentication.Configure(bearer, jwt.Value, time);
            });
        services.AddAuthorization(Policy.Add);
        RemoveStoredKeys(services);
    }

    /// <summary>
    /// Authentication brings keys for cookies, which are made at the start and written into the user's home. There are no cookies here.
    /// </summary>
    private static void RemoveStoredKeys(IServiceCollection services)
    {
        var makers = services.Where(service => service.ServiceType == typeof(IHostedService) && service.ImplementationType?.Assembly == typeof(DataProtectionOptions).Assembly);
        foreach (var maker in makers.ToArray()) services.Remove(maker);
    }

    /// <summary>Reads the files of keys and certificates, so that what is wrong with them stops the start.</summary>
    /// <exception cref="ConfigurationException">A file cannot be used.</exception>
    public static void CheckAccess(this IServiceProvider services)
    {
        services.GetRequiredService<ServerTls>();
        services.GetRequiredService<IOptionsMonitor<JwtBearerOptions>>().Get(TokenAuthentication.SchemeName);
    }
}
