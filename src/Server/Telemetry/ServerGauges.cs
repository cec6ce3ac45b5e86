using Attune.Adaptation;
using Attune.Server.Domains;
using Attune.Server.Serving;
using Attune.Server.Serving.Streaming;
using Attune.Server.State;
using Attune.Server.Text;
using TorchSharp;

namespace Attune.Server.Telemetry;

/// <summary>The state that metrics are read from when somebody asks.</summary>
/// <remarks>Made once, when the server starts.</remarks>
internal sealed class ServerGauges(
    ServerMetrics metrics, Admission admission, StreamAdmission streams, AdaptationThreads threads, UtteranceOutbox outbox, StateConnection state, ServingModel serving, TextRunner text,
    TextDomains texts)
{
    /// <summary>Makes them.</summary>
    public void Register()
    {
        var meter = metrics.Meter;
        meter.CreateObservableUpDownCounter("attune.requests.active", () => admission.Admitted, "{request}", "Single recognitions at work or waiting for a core");
        meter.CreateObservableUpDownCounter("attune.text.active", () => text.Admitted, "{request}", "Requests about text at work or waiting for a core");
        meter.CreateObservableUpDownCounter("attune.streams.active", () => streams.Admitted, "{stream}", "Live streams that are open");
        meter.CreateObservableUpDownCounter("attune.adaptation.queue.size", () => threads.Waiting, "{utterance}", "Fast updates that wait for their turn");
        meter.CreateObservableUpDownCounter("attune.outbox.size", () => outbox.Waiting, "{utterance}", "Utterances that wait to be stored");
        meter.CreateObservableCounter("attune.outbox.stored", () => outbox.Stored, "{utterance}", "Utterances that were stored");
        meter.CreateObservableCounter("attune.outbox.refused", () => outbox.Refused, "{utterance}", "Utterances that found no room to wait, and were not learnt from");
        meter.CreateObservableGauge("attune.state.reachable", () => state.IsReachable ? 1 : 0, null, "1 while the store of what domains learn can be reached, else 0");
        meter.CreateObservableUpDownCounter("attune.domains.loaded", () => serving.Domains.Catalogue.Count + texts.Loaded, "{domain}", "Domains in memory, for each model");
        meter.CreateObservableUpDownCounter("attune.domains.memory", () => serving.Domains.Catalogue.Bytes + texts.Bytes, "By", "Memory of what domains serve from");
        meter.CreateObservableUpDownCounter("attune.tensors", () => torch.Tensor.TotalCount, "{tensor}", "Live tensors of libtorch");
    }
}
