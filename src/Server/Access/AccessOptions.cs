namespace Attune.Server.Access;

/// <summary>Who may do what.</summary>
public sealed class AccessOptions
{
    public const string Section = "Access";

    /// <summary>
    /// Roles of callers without a credential, separated by spaces; they belong to the tenant <c>default</c>. <c>none</c>: nobody is let in without one.
    /// Default empty: while no credentials are configured, everybody who reaches the server may do everything, and it only listens where no
    /// other machine reaches it; once there are some, <c>none</c>.
    /// </summary>
    public string Anonymous { get; set; } = "";

    /// <summary>Those who have a key or a certificate, by name. The name is told in the log. Default none.</summary>
    public Dictionary<string, ClientOptions> Clients { get; } = new(StringComparer.Ordinal);
}
