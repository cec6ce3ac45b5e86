using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Attune.Server.Configuration;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Options;

namespace Attune.Server.Access;

/// <summary>The certificates that handshakes use, replaced whole when their files change.</summary>
/// <remarks>
/// <para>Kestrel can watch certificate files itself, but then closes the endpoint with its streams and opens it anew. Here a handshake takes what is current, and the
/// connection keeps it.</para>
/// <para>Thread-safe, but for <see cref="Reload"/>, which is for one caller at a time.</para>
/// </remarks>
internal sealed partial class ServerTls
{
    private readonly TlsOptions _options;
    private readonly ILogger<ServerTls> _logger;
    private readonly bool _requiresClients;
    private volatile Snapshot _current;
    private string _lastProblem = "";

    /// <exception cref="ConfigurationException">A file cannot be used, or the settings contradict each other.</exception>
    public ServerTls(IOptions<TlsOptions> options, ILogger<ServerTls> logger)
    {
        _options = options.Value;
        _logger = logger;
        _requiresClients = _options.ClientCertificates == TlsOptions.Required;
        Check(_options);
        try
        {
            _current = Snapshot.Read(_options);
        }
        catch (Exception exception) when (IsUnusable(exception))
        {
            throw new ConfigurationException([exception.Message], exception);
        }
    }

    /// <summary>Whether there is anything to look at.</summary>
    public bool HasFiles => _options.Certificate.Length > 0 || _options.ClientAuthorities.Length > 0;

    /// <summary>Has every handshake of Kestrel use what is current.</summary>
    public void Configure(HttpsConnectionAdapterOptions https)
    {
        if (_current.Context is { } context) https.ServerCertificate = context.TargetCertificate;
        if (_current.Authorities is not null)
            https.ClientCertificateMode = _requiresClients ? ClientCertificateMode.RequireCertificate : ClientCertificateMode.AllowCertificate;
        https.OnAuthenticate = Authenticate;
    }

    /// <summary>Reads the files again. Those that cannot be used are told once, and what was read before stays.</summary>
    /// <returns>Whether something changed.</returns>
    public bool Reload()
    {
        try
        {
            var next = Snapshot.Read(_options);
            _lastProblem = "";
            if (next.Sha256 == _current.Sha256) return false;
            _current = next; // the old one belongs to the connections that began with it
            if (next.Context?.TargetCertificate is { } certificate) Log.Renewed(_logger, _options.Certificate, certificate.SerialNumber, certificate.NotAfter.ToUniversalTime());
            else Log.AuthoritiesRenewed(_logger, _options.ClientAuthorities);
            return true;
        }
        catch (Exception exception) when (IsUnusable(exception))
        {
            // A file that is being written may be half there: the next look finds it whole.
            if (exception.Message != _lastProblem) Log.Unusable(_logger, exception.Message);
            _lastProblem = exception.Message;
            return false;
        }
    }

    private static bool IsUnusable(Exception exception) => exception is InvalidDataException;

    private static void Check(TlsOptions options)
    {
        var problems = new List<string>();
        if (options.ClientCertificates is not (TlsOptions.Optional or TlsOptions.Required))
        {
            problems.Add(
                $"{TlsOptions.Section}:{nameof(options.ClientCertificates)} must be {TlsOptions.Optional} or {TlsOptions.Required}. Given: '{options.ClientCertificates}'.");
        }

        if (options.ClientCertificates == TlsOptions.Required && options.ClientAuthorities.Length == 0)
        {
            problems.Add(
                $"{TlsOptions.Section}:{nameof(options.ClientCertificates)} can be {TlsOptions.Required} only with {nameof(options.ClientAuthorities)}, the authorities to believe.");
        }

        if (options.Key.Length > 0 && options.Certificate.Length == 0)
            problems.Add($"{TlsOptions.Section}:{nameof(options.Key)} belongs to {nameof(options.Certificate)}, which is missing.");
        if (problems.Count > 0) throw new ConfigurationException(problems);
    }

    private void Authenticate(ConnectionContext connection, SslServerAuthenticationOptions handshake)
    {
        var current = _current;
        if (current.Context is { } context) handshake.ServerCertificateContext = context;
        if (current.Authorities is { } authorities) handshake.CertificateChainPolicy = ChainPolicy(authorities);
    }

    private static X509ChainPolicy ChainPolicy(X509Certificate2Collection authorities)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck, // authorities of one's own have no address to ask
            ApplicationPolicy = { new Oid("1.3.6.1.5.5.7.3.2", "Client Authentication") },
        };
        policy.CustomTrustStore.AddRange(authorities);
        return policy;
    }

    /// <param name="Context">Certificate, key and chain; null if Kestrel's own settings say.</param>
    /// <param name="Authorities">Whose certificates callers may show; null if they are not asked.</param>
    /// <param name="Sha256">Over the files.</param>
    private sealed record Snapshot(SslStreamCertificateContext? Context, X509Certificate2Collection? Authorities, string Sha256)
    {
        /// <exception cref="InvalidDataException">A file cannot be used; the message says which and why.</exception>
        public static Snapshot Read(TlsOptions options)
        {
            var certificate = ReadFile(nameof(options.Certificate), options.Certificate);
            var key = options.Key.Length == 0 ? certificate : ReadFile(nameof(options.Key), options.Key);
            var authorities = ReadFile(nameof(options.ClientAuthorities), options.ClientAuthorities);
            var sha256 = Convert.ToHexString(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(string.Join('\0', certificate, key, authorities))));
            return new Snapshot(
                certificate.Length == 0 ? null : Use(nameof(options.Certificate), options.Certificate, () => ToContext(certificate, key)),
                authorities.Length == 0 ? null : Use(nameof(options.ClientAuthorities), options.ClientAuthorities, () => ToCollection(authorities)),
                sha256);
        }

        private static string ReadFile(string setting, string path) => path.Length == 0 ? "" : Use(setting, path, () => File.ReadAllText(path));

        private static SslStreamCertificateContext ToContext(string certificate, string key)
        {
            var leaf = X509Certificate2.CreateFromPem(certificate, key);
            var chain = ToCollection(certificate);
            chain.RemoveAt(0);
            return SslStreamCertificateContext.Create(leaf, chain, offline: true); // nothing is fetched: the file has what clients need
        }

        private static X509Certificate2Collection ToCollection(string pem)
        {
            var certificates = new X509Certificate2Collection();
            certificates.ImportFromPem(pem);
            return certificates.Count > 0 ? certificates : throw new CryptographicException("It has no certificate.");
        }

        private static T Use<T>(string setting, string path, Func<T> read)
        {
            try
            {
                return read();
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
            {
                throw new InvalidDataException(
                    $"{TlsOptions.Section}:{setting} {path} cannot be used: {exception.Message.TrimEnd('.')}. Give a PEM file that the server may read.", exception);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "New connections get the certificate of {Path} with the serial number {SerialNumber}, valid until {NotAfter:u}")]
        public static partial void Renewed(ILogger logger, string path, string serialNumber, DateTime notAfter);

        [LoggerMessage(2, LogLevel.Information, "New connections are held against the authorities of {Path}")]
        public static partial void AuthoritiesRenewed(ILogger logger, string path);

        [LoggerMessage(3, LogLevel.Error, "The certificate before goes on serving. {Problem}")]
        public static partial void Unusable(ILogger logger, string problem);
    }
}
