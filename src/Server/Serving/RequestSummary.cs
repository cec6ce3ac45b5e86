using Attune.Adaptation;
using Attune.Server.Access;
using Grpc.Core;

namespace Attune.Server.Serving;

/// <summary>What the log tells about one request: figures, never words or audio.</summary>
/// <param name="requestId">Identifies the request in log and error details.</param>
/// <param name="method">Name of the method that was called.</param>
/// <param name="caller">Who called it.</param>
/// <remarks>Belongs to one call; not thread-safe.</remarks>
internal sealed class RequestSummary(string requestId, string method, Caller caller)
{
    private readonly SortedDictionary<AdaptationOutcome, int> _outcomes = [];

    public string RequestId { get; } = requestId;

    public string Method { get; } = method;

    public Caller Caller { get; } = caller;

    /// <summary>Length of the audio in seconds.</summary>
    public double AudioSeconds { get; private set; }

    public int Utterances { get; private set; }

    /// <summary>Adaptation steps of all utterances.</summary>
    public int Steps { get; private set; }

    /// <summary>How often adaptation ended how, for example <c>Adapted 2, BudgetSpent 1</c>.</summary>
    public string Outcomes => string.Join(", ", _outcomes.Select(outcome => $"{outcome.Key} {outcome.Value}"));

    /// <summary>Makes the summary of a call and attaches it to the call.</summary>
    public static RequestSummary Start(ServerCallContext context, CallerDirectory callers)
    {
        var http = context.GetHttpContext();
        var summary = new RequestSummary(http.TraceIdentifier, context.Method[(context.Method.LastIndexOf('/') + 1)..], callers.Of(http));
        context.UserState[typeof(RequestSummary)] = summary;
        return summary;
    }

    /// <summary>The summary that was attached to a call.</summary>
    public static RequestSummary Of(ServerCallContext context) => (RequestSummary)context.UserState[typeof(RequestSummary)];

    /// <summary>Address of a call's client, without its port.</summary>
    public static string ClientOf(ServerCallContext context) => context.GetHttpContext().Connection.RemoteIpAddress?.ToString() ?? "local";

    /// <summary>Counts a recording.</summary>
    public void Add(RecognizedRecording recording)
    {
        AddAudio(recording.Duration);
        foreach (var utterance in recording.Utterances) Add(utterance.Recognized);
    }

    /// <summary>Counts an utterance.</summary>
    public void Add(RecognizedUtterance utterance)
    {
        var report = utterance.Adaptation;
        Utterances++;
        Steps += report.Steps.Count;
        _outcomes[report.Outcome] = _outcomes.GetValueOrDefault(report.Outcome) + 1;
    }

    /// <summary>Counts audio.</summary>
    public void AddAudio(TimeSpan duration) => AudioSeconds += duration.TotalSeconds;
}
