using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Attune.Server.Tests.Access;

/// <summary>An authority with one in between it and those that it certifies, as public ones have.</summary>
internal sealed class TestAuthority : IDisposable
{
    private static readonly DateTimeOffset Begin = TimeProvider.System.GetUtcNow().AddDays(-1);

    private readonly X509Certificate2 _root;
    private readonly X509Certificate2 _between;

    public TestAuthority(string name)
    {
        _root = Issue($"CN={name} root", issuer: null, isAuthority: true, "root");
        _between = Issue($"CN={name}", _root, isAuthority: true, "between");
    }

    /// <summary>What others believe.</summary>
    public string RootPem => _root.ExportCertificatePem();

    public X509Certificate2 Root => _root;

    /// <summary>Certificate and the one in between, and the key, in PEM.</summary>
    public (string Certificate, string Key, string SerialNumber) Certify(string subject, string purpose)
    {
        using var certificate = Issue(subject, _between, isAuthority: false, purpose);
        using var key = certificate.GetECDsaPrivateKey()!;
        return ($"{certificate.ExportCertificatePem()}\n{_between.ExportCertificatePem()}\n", key.ExportPkcs8PrivateKeyPem(), certificate.SerialNumber);
    }

    /// <summary>For servers on 127.0.0.1.</summary>
    public (string Certificate, string Key, string SerialNumber) CertifyServer() => Certify("CN=server", "server");

    /// <summary>A certificate and key that no authority knows, for servers on 127.0.0.1, in PEM.</summary>
    public static (string Certificate, string Key) SelfSignServer()
    {
        using var certificate = Issue("CN=server", issuer: null, isAuthority: false, "server");
        using var key = certificate.GetECDsaPrivateKey()!;
        return (certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>A client's certificate with what a handshake sends along.</summary>
    public SslStreamCertificateContext CertifyClient(string subject)
    {
        var (certificate, key, _) = Certify(subject, "client");
        var leaf = X509Certificate2.CreateFromPem(certificate, key);
        return SslStreamCertificateContext.Create(leaf, [_between], offline: true);
    }

    public void Dispose()
    {
        _root.Dispose();
        _between.Dispose();
    }

    private static X509Certificate2 Issue(string subject, X509Certificate2? issuer, bool isAuthority, string purpose)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isAuthority, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(
            isAuthority ? X509KeyUsageFlags.KeyCertSign : X509KeyUsageFlags.DigitalSignature, critical: true));
        if (!isAuthority)
        {
            var usage = purpose == "server" ? "1.3.6.1.5.5.7.3.1" : "1.3.6.1.5.5.7.3.2";
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], critical: false));
        }

        if (purpose == "server")
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddIpAddress(IPAddress.Loopback);
            request.CertificateExtensions.Add(names.Build());
        }

        var end = Begin.AddDays(30);
        if (issuer is null) return request.CreateSelfSigned(Begin, end);
        byte[] serial = [1, .. RandomNumberGenerator.GetBytes(8)];
        using var certificate = request.Create(issuer, Begin, end, serial);
        return certificate.CopyWithPrivateKey(key);
    }
}
