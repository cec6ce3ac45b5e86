using System.Net;
using Attune.Server.Access;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Microsoft.Extensions.Options;

namespace Attune.Server.Serving.Web;

/// <summary>Which pages may use the server.</summary>
/// <remarks>
/// A browser sends what any page asks it to, and a server without credentials trusts whoever reaches it. So requests of pages of other origins are refused
/// (<see cref="ServingOptions.WebOrigins"/> has exceptions), and, without credentials, those for a host name that is not this machine's own: a page could
/// have its own name point here (DNS rebinding), and be of the same origin. gRPC is not asked: pages cannot send it.
/// </remarks>
internal sealed class PageOrigins(IOptions<ServingOptions> options, AccessRules rules)
{
    private readonly string[] _others = options.Value.WebOrigins.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>Origins besides the server's own whose pages may use it; * for any.</summary>
    public IReadOnlyList<string> Others => _others;

    public async Task HandleAsync(HttpContext context, RequestDelegate next)
    {
        if (Refusal(context) is not { } refusal)
        {
            await next(context);
            return;
        }

        var status = new Status { Code = (int)StatusTable.PermissionDenied.Status, Message = refusal };
        status.Details.Add(Any.Pack(new ErrorInfo { Reason = StatusTable.PermissionDenied.Label, Domain = StatusInterceptor.Domain }));
        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        await JsonDoor.WriteErrorAsync(context, status);
    }

    private string? Refusal(HttpContext context)
    {
        var request = context.Request;
        if (JsonDoor.IsGrpc(request) || _others.Contains("*")) return null;
        string? origin = request.Headers.Origin;
        if (!string.IsNullOrEmpty(origin) && origin != $"{request.Scheme}://{request.Host}" && !_others.Contains(origin, StringComparer.OrdinalIgnoreCase))
            return $"Pages of this origin may not use this server. {ServingOptions.Section}:{nameof(ServingOptions.WebOrigins)} can name it.";
        if (rules.IsOpen && context.Connection.RemoteIpAddress is not null && !IsOwn(request.Host.Host))
            return $"This server has no credentials, and so answers to localhost and 127.0.0.1 alone. {ServingOptions.Section}:{nameof(ServingOptions.WebOrigins)} can name another.";
        return null;
    }

    private bool IsOwn(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address))
        || _others.Any(other => Uri.TryCreate(other, UriKind.Absolute, out var uri) && uri.Host.Equals(host, StringComparison.OrdinalIgnoreCase));
}
