using Attune.Adaptation;
using Attune.Server.Domains;
using Attune.Server.Serving.Streaming;
using Attune.Server.State;

namespace Attune.Server.Serving;

/// <summary>How busy this server is, from those that let work in.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class ServerLoad(Admission admission, StreamAdmission streams, AdaptationThreads threads, UtteranceOutbox outbox, StateConnection state)
{
    /// <summary>The figures of the moment; each is right by itself, and they need not fit together.</summary>
    public V1.Load Read() => new()
    {
        ActiveStreams = streams.Admitted,
        ActiveRequests = admission.Admitted,
        WaitingFastUpdates = threads.Waiting,
        WaitingUtterances = outbox.Waiting,
        StoreReachable = state.IsReachable,
    };
}
