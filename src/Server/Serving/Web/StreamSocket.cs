using System.Net.WebSockets;
using Attune.Server.Access;
using Attune.Server.Serving.Streaming;
using Attune.Server.Telemetry;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace Attune.Server.Serving.Web;

/// <summary>The WebSocket /v1/stream: status and log around a stream.</summary>
internal sealed class StreamSocket(
    StreamRunner streams,
    CallerDirectory callers,
    RecognitionSettings settings,
    IOptions<ServingOptions> options,
    IHostApplicationLifetime lifetime,
    ServerMetrics metrics,
    TimeProvider time,
    ILogger<StreamSocket> logger)
{
    /// <summary>What log and metrics call it.</summary>
    public const string Method = "WebSocket";

    /// <summary>Longest reason of a close message (RFC 6455, section 5.5).</summary>
    private const int MaxReasonBytes = 123;

    /// <summary>Time that a client has to answer a close message.</summary>
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Answers one request.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            context.Response.StatusCode = StatusCodes.Status426UpgradeRequired;
            await context.Response.WriteAsync("This is a WebSocket, which streams of audio come through. The page / uses it.\n", context.RequestAborted);
            return;
        }

        using var socket = await context.WebSockets.AcceptWebSocketAsync(SubprotocolFor(context));
        await RunAsync(socket, context);
    }

    private async Task RunAsync(WebSocket socket, HttpContext context)
    {
        var started = time.GetTimestamp();
        var summary = new RequestSummary(context.TraceIdentifier, Method, callers.Of(context));
        var door = new WebStreamDoor(socket, summary.Caller.Tenant, settings, options.Value.MaxMessageBytes);
        var row = (StatusRow?)null;
        try
        {
            if (lifetime.ApplicationStopping.IsCancellationRequested) throw new StoppingException();
            var client = context.Connection.RemoteIpAddress?.ToString() ?? "local";
            await streams.RunAsync(door, client, summary, context.RequestAborted);
            await CloseAsync(door, socket, WebSocketCloseStatus.NormalClosure, "");
        }
        catch (Exception exception)
        {
            row = StatusTable.Of(exception) ?? (IsGone(exception, socket, context) ? StatusTable.Cancelled : exception is OutOfMemoryException ? StatusTable.OutOfMemory : StatusTable.Internal);
            if (row == StatusTable.Internal || row == StatusTable.OutOfMemory) RequestLog.Failed(logger, summary.RequestId, summary.Method, exception);
            await EndAsync(door, socket, row, StatusTable.Of(exception) is null ? row.When : exception.Message, (exception as QuotaExceededException)?.RetryAfter);
        }
        finally
        {
            var elapsed = time.GetElapsedTime(started);
            metrics.Ended(summary.Method, row?.Label ?? "OK", elapsed);
            RequestLog.Ended(logger, summary, row?.Label ?? "OK", elapsed);
        }
    }

    /// <summary>The subprotocol that stands for no credential; null if the client offers none.</summary>
    private static string? SubprotocolFor(HttpContext context) =>
        context.WebSockets.WebSocketRequestedProtocols.Contains(Credential.Subprotocol) ? Credential.Subprotocol : null;

    private static bool IsGone(Exception exception, WebSocket socket, HttpContext context) =>
        exception is WebSocketException
        || context.RequestAborted.IsCancellationRequested
        || (exception is OperationCanceledException && socket.State is WebSocketState.Aborted or WebSocketState.Closed);

    private async Task EndAsync(WebStreamDoor door, WebSocket socket, StatusRow row, string message, TimeSpan? retryAfter)
    {
        try
        {
            using var patience = new CancellationTokenSource(CloseTimeout, time);
            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived) await door.SendErrorAsync(row, message, retryAfter, patience.Token);
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or IOException)
        {
            socket.Abort();
        }

        await CloseAsync(door, socket, ToClose(row), row.Label);
    }

    private async Task CloseAsync(WebStreamDoor door, WebSocket socket, WebSocketCloseStatus status, string reason)
    {
        if (socket.State is not (WebSocketState.Open or WebSocketState.CloseReceived)) return;
        using var patience = new CancellationTokenSource(CloseTimeout, time);
        try
        {
            await socket.CloseOutputAsync(status, reason[..Math.Min(MaxReasonBytes, reason.Length)], patience.Token);
            await door.DrainAsync(patience.Token);
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or IOException or InvalidRequestException)
        {
            socket.Abort();
        }
    }

    private static WebSocketCloseStatus ToClose(StatusRow row) => row.Status switch
    {
        StatusCode.InvalidArgument => WebSocketCloseStatus.PolicyViolation,
        StatusCode.Unavailable => WebSocketCloseStatus.EndpointUnavailable,
        StatusCode.ResourceExhausted or StatusCode.OutOfRange => WebSocketCloseStatus.PolicyViolation,
        _ => WebSocketCloseStatus.InternalServerError,
    };
}
