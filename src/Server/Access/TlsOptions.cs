namespace Attune.Server.Access;

/// <summary>Certificates of addresses that begin with <c>https</c>, and of those who call them.</summary>
/// <remarks>The files are looked at every few seconds: a renewed one counts for new connections, and open ones go on.</remarks>
public sealed class TlsOptions
{
    public const string Section = AccessOptions.Section + ":Tls";

    /// <summary>PEM file with the server's certificate, followed by those in between it and the root. Default empty: Kestrel's own settings say.</summary>
    public string Certificate { get; set; } = "";

    /// <summary>PEM file with its private key, not encrypted. Default empty: it is in <see cref="Certificate"/>.</summary>
    public string Key { get; set; } = "";

    /// <summary>
    /// PEM file with the authorities whose certificates callers may show (mutual TLS); which client has which is <see cref="ClientOptions.CertificateSubject"/>.
    /// Default empty: callers are not asked for certificates.
    /// </summary>
    public string ClientAuthorities { get; set; } = "";

    /// <summary>
    /// Whether every connection must show one: <c>optional</c>, so that keys and tokens do as well, or <c>required</c>. Default <c>optional</c>.
    /// </summary>
    public string ClientCertificates { get; set; } = Optional;

    internal const string Optional = "optional", Required = "required";
}
