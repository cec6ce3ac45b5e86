namespace Attune.Server.Serving;

/// <summary>The lines that the log has for each request: figures, never words or audio.</summary>
internal static partial class RequestLog
{
    /// <summary>A request ended.</summary>
    /// <param name="logger">Of the door.</param>
    /// <param name="summary">What it was.</param>
    /// <param name="label">Label of its status; OK.</param>
    /// <param name="elapsed">Time from its arrival.</param>
    public static void Ended(ILogger logger, RequestSummary summary, string label, TimeSpan elapsed) => Ended(
        logger,
        summary.RequestId,
        summary.Method,
        summary.Caller.Name,
        label,
        elapsed.TotalMilliseconds,
        summary.AudioSeconds,
        summary.Utterances,
        summary.Outcomes,
        summary.Steps);

    /// <summary>The server has a fault.</summary>
    [LoggerMessage(2, LogLevel.Error, "{RequestId} {Method} failed")]
    public static partial void Failed(ILogger logger, string requestId, string method, Exception exception);

    [LoggerMessage(
        1,
        LogLevel.Information,
        "{RequestId} {Method} by {Caller}: {Status} in {Milliseconds:0} ms; {AudioSeconds:0.0} s of audio, {Utterances} utterances ({Outcomes}), {Steps} steps")]
    private static partial void Ended(
        ILogger logger,
        string requestId,
        string method,
        string caller,
        string status,
        double milliseconds,
        double audioSeconds,
        int utterances,
        string outcomes,
        int steps);
}
