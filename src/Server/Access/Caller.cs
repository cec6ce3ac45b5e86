namespace Attune.Server.Access;

/// <summary>Who calls.</summary>
/// <param name="Name">For the log and for messages; not a secret.</param>
/// <param name="Tenant">Owner of the domains that it names and sees.</param>
/// <param name="MayTeach">Whether domains may learn from its audio.</param>
/// <param name="Usage">What it uses.</param>
internal sealed record Caller(string Name, string Tenant, bool MayTeach, CallerUsage Usage);
