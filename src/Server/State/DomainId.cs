namespace Attune.Server.State;

/// <summary>A domain: whose it is, and what its owner calls it.</summary>
/// <param name="Tenant">The owner.</param>
/// <param name="Name">Unique for the owner.</param>
/// <remarks>
/// Requests name domains, callers have tenants, and only here the two come together: whatever is stored, learnt and logged has the <see cref="Key"/>. No name
/// has the slash that begins the key of another tenant's domain.
/// </remarks>
internal sealed record DomainId(string Tenant, string Name)
{
    /// <summary>Unique in the server: the name alone in the tenant <see cref="State.Tenant.Default"/>, else <c>/TENANT/NAME</c>.</summary>
    public string Key => Tenant == State.Tenant.Default ? Name : $"{Prefix(Tenant)}{Name}";

    /// <summary>Reads what <see cref="Key"/> gives.</summary>
    public static DomainId Parse(string key) => key.Split('/') is ["", var tenant, var name] ? new DomainId(tenant, name) : new DomainId(State.Tenant.Default, key);

    /// <summary>The bounds, both excluded, between which the keys of a tenant's domains lie in ordinal order, and no others.</summary>
    public static (string After, string Before) Range(string tenant) => tenant == State.Tenant.Default
        ? ("/~", "~") // behind every key of another tenant, since '~' is behind letters and digits
        : (Prefix(tenant), $"/{tenant}0"); // '0' is the next character after the slash

    public override string ToString() => Key;

    private static string Prefix(string tenant) => $"/{tenant}/";
}
