using System.Globalization;
using System.Text.Json;
using Attune.Server.Serving;
using Attune.Server.Serving.Web;
using Attune.Server.Telemetry;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;

namespace Attune.Server.Access;

/// <summary>Answers those who may not do what they ask for, in the form that other errors of the door have.</summary>
/// <remarks>Authorization ends a call before any interceptor sees it. What a caller showed is neither answered nor logged.</remarks>
internal sealed partial class AccessDenial(ServerMetrics metrics, ILogger<AccessDenial> logger) : IAuthorizationMiddlewareResultHandler
{
    private readonly AuthorizationMiddlewareResultHandler _otherwise = new();

    public async Task HandleAsync(RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult)
    {
        if (authorizeResult.Succeeded)
        {
            await _otherwise.HandleAsync(next, context, policy, authorizeResult);
            return;
        }

        var (row, message) = authorizeResult.Challenged
            ? (StatusTable.Unauthenticated, Explain((await context.AuthenticateAsync()).Failure))
            : (StatusTable.PermissionDenied, $"This needs {Required(context)}, which {context.User.Identity?.Name} does not have.");
        Log.Denied(logger, context.TraceIdentifier, context.GetEndpoint()?.DisplayName ?? "unknown address", row.Label, context.User.Identity?.Name ?? "nobody known");
        metrics.Ended(MethodOf(context), row.Label, TimeSpan.Zero);
        if (JsonDoor.IsGrpc(context.Request)) AnswerGrpc(context, row, message);
        else await AnswerHttpAsync(context, row, message);
    }

    /// <summary>Name of the method for metrics, of which there are only so many, whatever is asked for.</summary>
    private static string MethodOf(HttpContext context) =>
        context.GetEndpoint() is { } endpoint ? endpoint.Metadata.GetMetadata<GrpcMethodMetadata>()?.Method.Name ?? StreamSocket.Method : "none";

    /// <summary>Why nobody is known. Expiry is told, since it is what honest callers must act on; other faults of tokens are not told apart.</summary>
    private static string Explain(Exception? failure)
    {
        const string how = "Show a key or a token as 'authorization: Bearer ...'.";
        return failure switch
        {
            null => $"No credential was shown. {how}",
            Microsoft.IdentityModel.Tokens.SecurityTokenInvalidLifetimeException => $"The token is not valid now: it has expired, or is not valid yet. {how}",
            AuthenticationFailureException known => known.Message,
            _ => "The token is not one of the configured issuer, or is not for this server.",
        };
    }

    private static string Required(HttpContext context)
    {
        string[] policies = [.. (context.GetEndpoint()?.Metadata.GetOrderedMetadata<IAuthorizeData>() ?? []).Select(data => data.Policy).OfType<string>()];
        return policies.Length > 0 ? string.Join(" and ", policies.Select(Policy.Describe)) : "a credential";
    }

    /// <summary>A response of gRPC without messages, whose trailers are among the headers.</summary>
    private static void AnswerGrpc(HttpContext context, StatusRow row, string message)
    {
        var status = ToStatus(context, row, message);
        context.Response.ContentType = "application/grpc";
        context.Response.Headers["grpc-status"] = ((int)row.Status).ToString(CultureInfo.InvariantCulture);
        context.Response.Headers["grpc-message"] = Uri.EscapeDataString(message);
        context.Response.Headers["grpc-status-details-bin"] = Convert.ToBase64String(status.ToByteArray()).TrimEnd('=');
    }

    private static Status ToStatus(HttpContext context, StatusRow row, string message) => new()
    {
        Code = (int)row.Status,
        Message = message,
        Details =
        {
            Any.Pack(new ErrorInfo { Reason = row.Label, Domain = StatusInterceptor.Domain }),
            Any.Pack(new RequestInfo { RequestId = context.TraceIdentifier }),
        },
    };

    private static Task AnswerHttpAsync(HttpContext context, StatusRow row, string message)
    {
        var isUnknown = row == StatusTable.Unauthenticated;
        context.Response.StatusCode = isUnknown ? StatusCodes.Status401Unauthorized : StatusCodes.Status403Forbidden;
        if (isUnknown) context.Response.Headers.WWWAuthenticate = "Bearer";
        if (context.GetEndpoint()?.Metadata.GetMetadata<GrpcMethodMetadata>() is not null) return JsonDoor.WriteErrorAsync(context, ToStatus(context, row, message));
        return context.Response.WriteAsJsonAsync(
            new { error = new { reason = row.Label, status = JsonNamingPolicy.SnakeCaseUpper.ConvertName(row.Status.ToString()), message } }, context.RequestAborted);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "{RequestId} {Endpoint}: {Status} for {Caller}")]
        public static partial void Denied(ILogger logger, string requestId, string endpoint, string status, string caller);
    }
}
