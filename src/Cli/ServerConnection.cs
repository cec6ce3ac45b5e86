using System.Net.Http.Headers;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Google.Rpc;
using Grpc.Core;
using Grpc.Net.Client;

namespace Attune.Cli;

/// <summary>A server, and how it knows who asks.</summary>
/// <param name="Address">Where it is.</param>
/// <param name="Key">Key or token; null for none.</param>
/// <param name="Authorities">Whose certificates are believed; null for the system's.</param>
/// <param name="Certificate">What is shown to a server that asks, with its private key; null for nothing.</param>
internal sealed record ServerConnection(Uri Address, string? Key, X509Certificate2Collection? Authorities, X509Certificate2? Certificate)
{
    /// <summary>Opens a channel; it connects with the first call. The caller disposes.</summary>
    /// <param name="error">Told if the key travels in plain text.</param>
    public GrpcChannel Open(TextWriter error)
    {
        if (Key is not null && Address.Scheme == Uri.UriSchemeHttp && !Address.IsLoopback)
            error.WriteLine($"attune: The key travels to {Address} in plain text. Give an https address unless you trust all that lies between.");
        var handler = new SocketsHttpHandler { EnableMultipleHttp2Connections = true };
        if (Authorities is not null)
        {
            handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck, // authorities of one's own have no address to ask
            };
            handler.SslOptions.CertificateChainPolicy.CustomTrustStore.AddRange(Authorities);
        }

        if (Certificate is not null) handler.SslOptions.ClientCertificates = [Certificate];
        return GrpcChannel.ForAddress(Address, new GrpcChannelOptions
        {
            HttpHandler = Key is null ? handler : new Bearer(Key, handler),
            DisposeHttpClient = true,
        });
    }

    /// <summary>Whether no answer came: the server is not there, is stopping, or is not the one that its certificate should name.</summary>
    public static bool IsUnreachable(RpcException exception) =>
        exception.StatusCode == StatusCode.Unavailable || exception.Status.DebugException is HttpRequestException { InnerException: AuthenticationException };

    /// <summary>Which row of the README's table of errors it is, such as DOMAIN_NOT_FOUND; empty if no server of ours said so.</summary>
    public static string ReasonOf(RpcException exception) => exception.GetRpcStatus()?.GetDetail<ErrorInfo>()?.Reason ?? "";

    /// <summary>What to do about an error that is about who asks; empty for any other.</summary>
    public static string HintFor(RpcException exception) =>
        exception.StatusCode == StatusCode.Unauthenticated ? $" Give a key by --key or {ServerArguments.KeyVariable}." : "";

    private sealed class Bearer(string key, HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
