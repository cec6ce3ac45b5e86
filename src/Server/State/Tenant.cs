namespace Attune.Server.State;

/// <summary>Who owns domains. Their names never meet those of another tenant. The rule for a tenant's name is <see cref="DomainName"/>.</summary>
internal static class Tenant
{
    /// <summary>
    /// The tenant of callers without a credential, and of clients that are configured without one. Whoever may administer here also decides
    /// which checkpoint serves, for all tenants.
    /// </summary>
    public const string Default = "default";
}
