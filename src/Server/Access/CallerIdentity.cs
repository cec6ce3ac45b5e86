using System.Security.Claims;
using Attune.Server.State;

namespace Attune.Server.Access;

/// <summary>What authentication finds out about a caller, as claims.</summary>
internal static class CallerIdentity
{
    private const string TenantClaim = "attune:tenant";
    private const string ClientClaim = "attune:client";

    /// <summary>Makes the identity.</summary>
    /// <param name="scheme">How it was found out.</param>
    /// <param name="name">For the log.</param>
    /// <param name="tenant">Owner of its domains.</param>
    /// <param name="roles">What it may do.</param>
    /// <param name="client">Its name in <see cref="AccessOptions.Clients"/>; null if it has none.</param>
    public static ClaimsPrincipal Create(string scheme, string name, string tenant, IEnumerable<string> roles, string? client = null)
    {
        var identity = new ClaimsIdentity(scheme);
        identity.AddClaim(new Claim(ClaimTypes.Name, name));
        identity.AddClaim(new Claim(TenantClaim, tenant));
        foreach (var role in roles) identity.AddClaim(new Claim(ClaimTypes.Role, role));
        if (client is not null) identity.AddClaim(new Claim(ClientClaim, client));
        return new ClaimsPrincipal(identity);
    }

    /// <summary>Its tenant; <see cref="Tenant.Default"/> for one that nobody asked who it is.</summary>
    public static string TenantOf(ClaimsPrincipal user) => user.FindFirstValue(TenantClaim) ?? Tenant.Default;

    /// <summary>Its name in the configuration; null if it has none.</summary>
    public static string? ClientOf(ClaimsPrincipal user) => user.FindFirstValue(ClientClaim);
}
