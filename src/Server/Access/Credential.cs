using Microsoft.Net.Http.Headers;

namespace Attune.Server.Access;

/// <summary>The key or token that a request shows: <c>authorization: Bearer CREDENTIAL</c> (RFC 6750).</summary>
/// <remarks>
/// A page cannot set headers of a WebSocket. It offers the credential as a subprotocol beside the real one, which alone the server answers with, so that the
/// credential stands in no address, and in no log of addresses.
/// </remarks>
internal static class Credential
{
    /// <summary>The subprotocol of the WebSocket.</summary>
    public const string Subprotocol = "attune.v1";

    /// <summary>What a subprotocol begins with that is a credential.</summary>
    public const string SubprotocolPrefix = "attune.bearer.";

    private const string Scheme = "Bearer ";

    /// <summary>What a request shows; null if it shows nothing.</summary>
    public static string? Of(HttpRequest request)
    {
        if (request.Headers.Authorization is [{ Length: > 0 } header, ..])
            return header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? header[Scheme.Length..].Trim() : header;
        var offered = request.Headers.GetCommaSeparatedValues(HeaderNames.SecWebSocketProtocol);
        return offered.FirstOrDefault(protocol => protocol.StartsWith(SubprotocolPrefix, StringComparison.Ordinal))?[SubprotocolPrefix.Length..];
    }
}
