using System.ComponentModel.DataAnnotations;

namespace Attune.Server.Access;

/// <summary>One who may use the server: what it is known by, whose domains it sees, what it may do, and how much.</summary>
public sealed class ClientOptions
{
    public const string Section = AccessOptions.Section + ":Clients";

    /// <summary>SHA-256 of its key, 64 hexadecimal digits, as <c>attune key new</c> prints it. Default empty: it has no key.</summary>
    public string KeySha256 { get; set; } = "";

    /// <summary>
    /// Subject of its certificate, such as <c>CN=recorder-3, O=Acme</c>; see <see cref="TlsOptions.ClientCertificates"/>. Default empty: it has none.
    /// </summary>
    public string CertificateSubject { get; set; } = "";

    /// <summary>Owner of the domains that it names and sees. The rule is that of a domain's name. Default <c>default</c>.</summary>
    public string Tenant { get; set; } = State.Tenant.Default;

    /// <summary>What it may do, separated by spaces: <c>recognise</c>, <c>adapt</c>, <c>administer</c>. Default <c>recognise</c>.</summary>
    public string Roles { get; set; } = Role.Recognise;

    /// <summary>In place of <see cref="LimitOptions.ConcurrentRequests"/>. Default empty: that.</summary>
    [Range(1, 100_000)]
    public int? ConcurrentRequests { get; set; }

    /// <summary>In place of <see cref="LimitOptions.AudioPerMinute"/>. Default empty: that.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "365.00:00:00")]
    public TimeSpan? AudioPerMinute { get; set; }

    /// <summary>In place of <see cref="LimitOptions.AudioPerDay"/>. Default empty: that.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "365.00:00:00")]
    public TimeSpan? AudioPerDay { get; set; }

    /// <summary>In place of <see cref="LimitOptions.AdaptationPerMinute"/>. Default empty: that.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "365.00:00:00")]
    public TimeSpan? AdaptationPerMinute { get; set; }

    /// <summary>In place of <see cref="LimitOptions.AdaptationPerDay"/>. Default empty: that.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "365.00:00:00")]
    public TimeSpan? AdaptationPerDay { get; set; }
}
