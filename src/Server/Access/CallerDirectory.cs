using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace Attune.Server.Access;

/// <summary>Who calls, and what each caller uses.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class CallerDirectory(IOptions<AccessOptions> access, IOptions<LimitOptions> limits, TimeProvider time)
{
    /// <summary>
    /// Callers from which on those are forgotten of whom nothing is to be remembered: issuers may name any number of subjects, and the network any number of
    /// addresses.
    /// </summary>
    private const int Capacity = 10_000;

    private readonly ConcurrentDictionary<string, CallerUsage> _usages = new(StringComparer.Ordinal);

    /// <summary>Who sent a request. Authentication has found out before.</summary>
    public Caller Of(HttpContext context)
    {
        var user = context.User;
        var name = user.Identity?.Name ?? AnonymousAuthentication.CallerName;
        var tenant = CallerIdentity.TenantOf(user);
        var client = CallerIdentity.ClientOf(user);
        // Strangers do not share an allowance with each other: one of them would use it up for all.
        var key = client is not null ? $"client:{client}"
            : user.Identity?.AuthenticationType is null or AnonymousAuthentication.SchemeName ? $"address:{context.Connection.RemoteIpAddress}"
            : $"subject:{tenant}/{name}";
        return new Caller(name, tenant, user.IsInRole(Role.Adapt), UsageOf(key, name, client));
    }

    private CallerUsage UsageOf(string key, string name, string? client)
    {
        if (_usages.TryGetValue(key, out var known)) return known;
        if (_usages.Count >= Capacity) Forget();
        var own = client is null ? limits.Value : limits.Value.With(access.Value.Clients[client]);
        return _usages.GetOrAdd(key, new CallerUsage(name, own, time));
    }

    private void Forget()
    {
        foreach (var (key, usage) in _usages)
        {
            if (usage.IsIdle) _usages.TryRemove(key, out _);
        }
    }
}
