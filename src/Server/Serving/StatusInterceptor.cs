using System.Globalization;
using Attune.Recognition.Audio;
using Attune.Server.Access;
using Attune.Server.Serving.Web;
using Attune.Server.Telemetry;
using Attune.Text;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Attune.Server.Serving;

/// <summary>
/// Turns exceptions into statuses, which nothing else does, and writes one line to the log for each call. Without it the framework would answer
/// every exception, cancellation included, with UNKNOWN.
/// </summary>
/// <remarks>
/// Errors carry google.rpc.ErrorInfo with the row's label as reason, google.rpc.RequestInfo with the request's id, and, where fields are to
/// blame, google.rpc.BadRequest; one about a quota also google.rpc.QuotaFailure and google.rpc.RetryInfo, and the trailer retry-after. What is left of the
/// caller's quotas is told in the trailers ratelimit-policy and ratelimit, of good answers too. What a message larger than allowed gets is decided before any interceptor.
/// </remarks>
internal sealed class StatusInterceptor(
    CallerDirectory callers, IHostApplicationLifetime lifetime, ServerMetrics metrics, TimeProvider time, ILogger<StatusInterceptor> logger) : Interceptor
{
    /// <summary>Longest message, in characters: it stands twice in headers, of which clients take 8 KiB or more, and may repeat what the client sent.</summary>
    public const int MaxMessage = 1_024;

    /// <summary>The <c>domain</c> of google.rpc.ErrorInfo.</summary>
    public const string Domain = "attune.v1";

    /// <summary>
    /// The client counts from before its request travelled, and so it gives up before the deadline that we know: what is cancelled so shortly
    /// before is taken for that.
    /// </summary>
    private static readonly TimeSpan DeadlineTolerance = TimeSpan.FromSeconds(1);

    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        var response = default(TResponse);
        await GuardAsync(context, async () => response = await continuation(Readable(request), context));
        return response!;
    }

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation) =>
        GuardAsync(context, () => continuation(Readable(request), responseStream, context));

    public override async Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation)
    {
        var response = default(TResponse);
        await GuardAsync(context, async () => response = await continuation(requestStream, context));
        return response!;
    }

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation) =>
        GuardAsync(context, () => continuation(requestStream, responseStream, context));

    private static TRequest Readable<TRequest>(TRequest request)
        where TRequest : class => UnreadableMessages.Find(request) is { } exception ? throw exception : request;

    private async Task GuardAsync(ServerCallContext context, Func<Task> call)
    {
        var started = time.GetTimestamp();
        var summary = RequestSummary.Start(context, callers);
        var label = "OK";
        try
        {
            if (lifetime.ApplicationStopping.IsCancellationRequested) throw new StoppingException();
            await call();
        }
        catch (RpcException exception)
        {
            // From the framework, for example a message of a stream that is larger than allowed.
            label = exception.StatusCode.ToString();
            throw;
        }
        catch (Exception exception)
        {
            var row = ToStatus(exception, context);
            label = row.Label;
            if (row.Status == StatusCode.Internal || row == StatusTable.OutOfMemory) RequestLog.Failed(logger, summary.RequestId, summary.Method, exception);
            if (exception is QuotaExceededException { RetryAfter.TotalSeconds: var seconds })
                Tell(context, "retry-after", seconds.ToString("0", CultureInfo.InvariantCulture));
            throw ToRpcException(row, exception, summary.RequestId);
        }
        finally
        {
            foreach (var (name, value) in summary.Caller.Usage.Fields()) Tell(context, name, value);
            var elapsed = time.GetElapsedTime(started);
            metrics.Ended(summary.Method, label, elapsed);
            RequestLog.Ended(logger, summary, label, elapsed);
        }
    }

    /// <summary>Sends a trailer, or, through the door for JSON, whose clients do not read trailers, a header.</summary>
    private static void Tell(ServerCallContext context, string name, string value)
    {
        var http = context.GetHttpContext();
        if (JsonDoor.IsGrpc(http.Request)) context.ResponseTrailers.Add(name, value);
        else if (!http.Response.HasStarted) http.Response.Headers[name] = value;
    }

    private StatusRow ToStatus(Exception exception, ServerCallContext context) => exception switch
    {
        _ when StatusTable.Of(exception) is { } row => row,
        OutOfMemoryException => StatusTable.OutOfMemory,
        OperationCanceledException when context.Deadline <= (time.GetUtcNow() + DeadlineTolerance).UtcDateTime => StatusTable.DeadlineExceeded,
        OperationCanceledException when lifetime.ApplicationStopping.IsCancellationRequested => StatusTable.Stopping,
        OperationCanceledException when context.CancellationToken.IsCancellationRequested => StatusTable.Cancelled,
        _ => StatusTable.Internal,
    };

    private static string Shorten(string message) => message.Length <= MaxMessage ? message : message[..(MaxMessage - 1)] + '…';

    private static RpcException ToRpcException(StatusRow row, Exception exception, string requestId)
    {
        var status = new Google.Rpc.Status
        {
            Code = (int)row.Status,
            Message = StatusTable.Of(exception) is not null
                ? Shorten(exception.Message)
                : row == StatusTable.Internal ? "Internal error." : row.When,
        };
        status.Details.Add(Any.Pack(new ErrorInfo { Reason = row.Label, Domain = Domain }));
        status.Details.Add(Any.Pack(new RequestInfo { RequestId = requestId }));
        var violations = ToViolations(row, exception);
        if (violations.FieldViolations.Count > 0) status.Details.Add(Any.Pack(violations));
        if (exception is QuotaExceededException quota)
        {
            status.Details.Add(Any.Pack(new QuotaFailure
            {
                Violations = { new QuotaFailure.Types.Violation { Subject = quota.Caller, Description = quota.Message } },
            }));
            status.Details.Add(Any.Pack(new RetryInfo { RetryDelay = Duration.FromTimeSpan(quota.RetryAfter) }));
        }

        return status.ToRpcException();
    }

    private static BadRequest ToViolations(StatusRow row, Exception exception)
    {
        IEnumerable<FieldProblem> problems = exception switch
        {
            InvalidRequestException invalid => invalid.Problems,
            AudioException when row.Status == StatusCode.InvalidArgument => [new FieldProblem("audio", exception.Message)],
            TextException text => [new FieldProblem(text.Error == TextError.WrongModel ? "model" : "text", text.Message)],
            _ => [],
        };
        return new BadRequest
        {
            FieldViolations =
            {
                problems.Select(problem => new BadRequest.Types.FieldViolation
                {
                    Field = problem.Field,
                    Description = problem.Description,
                    Reason = row.Label,
                }),
            },
        };
    }
}
