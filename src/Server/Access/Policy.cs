using Attune.Server.State;
using Microsoft.AspNetCore.Authorization;

namespace Attune.Server.Access;

/// <summary>Who may call a method: what stands in its <see cref="AuthorizeAttribute"/>. One without is for everybody with a credential.</summary>
internal static class Policy
{
    /// <summary>Role <see cref="Role.Recognise"/>.</summary>
    public const string Recognise = "recognise";

    /// <summary>Role <see cref="Role.Adapt"/> or <see cref="Role.Administer"/>.</summary>
    public const string SeeDomains = "see domains";

    /// <summary>Role <see cref="Role.Adapt"/>.</summary>
    public const string TeachDomains = "teach domains";

    /// <summary>Role <see cref="Role.Administer"/>.</summary>
    public const string ChangeDomains = "change domains";

    /// <summary>Role <see cref="Role.Administer"/> in the tenant <see cref="Tenant.Default"/>: what it does, all tenants notice.</summary>
    public const string ChangeModel = "change the model";

    public static void Add(AuthorizationOptions options)
    {
        options.AddPolicy(Recognise, policy => policy.RequireRole(Role.Recognise));
        options.AddPolicy(SeeDomains, policy => policy.RequireRole(Role.Adapt, Role.Administer));
        options.AddPolicy(TeachDomains, policy => policy.RequireRole(Role.Adapt));
        options.AddPolicy(ChangeDomains, policy => policy.RequireRole(Role.Administer));
        options.AddPolicy(
            ChangeModel,
            policy => policy.RequireRole(Role.Administer).RequireAssertion(context => CallerIdentity.TenantOf(context.User) == Tenant.Default));
        options.FallbackPolicy = new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build();
    }

    /// <summary>What a policy asks for, as the end of a sentence.</summary>
    public static string Describe(string policy) => policy switch
    {
        Recognise => $"the role {Role.Recognise}",
        SeeDomains => $"the role {Role.Adapt} or {Role.Administer}",
        TeachDomains => $"the role {Role.Adapt}",
        ChangeDomains => $"the role {Role.Administer}",
        ChangeModel => $"the role {Role.Administer} in the tenant {Tenant.Default}",
        _ => throw new ArgumentOutOfRangeException(nameof(policy), policy, "There is no such policy."),
    };
}
