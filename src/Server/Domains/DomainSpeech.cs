using Attune.Adaptation;
using Attune.Adaptation.Buffering;
using Attune.Adaptation.Collapse;
using Attune.Adaptation.Objectives;
using Attune.Adaptation.Revisions;
using Attune.Adaptation.Slow;
using Attune.Recognition.Decoding;
using Attune.Server.Serving;
using Attune.Server.State;
using Attune.Server.Telemetry;
using Microsoft.Extensions.Options;

namespace Attune.Server.Domains;

/// <summary>Recognises utterances with what their domain has learnt, and passes them on to be learnt from.</summary>
/// <remarks>
/// (1) recognise with the snapshot that the request took; (2) watch for collapse; (3) put the utterance in the outbox. Nothing here waits for the store.
/// Thread-safe.
/// </remarks>
internal sealed class DomainSpeech(
    AdaptiveRecognizer recognizer, DomainReader reader, DomainCatalogue catalogue, UtteranceOutbox outbox, RecognitionSettings settings,
    IOptions<SlowUpdateOptions> slow, TimeSpan utteranceExpiry, ServerMetrics metrics, TimeProvider time)
{
    private readonly CollapseBounds _collapse = CollapseBounds.Of(settings.Collapse);
    private readonly int _domainSteps = slow.Value.FastSteps ?? slow.Value.ResolveStrategy().FastSteps;

    /// <summary>What a request is served from until its end; null if it names no domain.</summary>
    public async Task<DomainSnapshot?> TakeAsync(DomainId? domain, CancellationToken cancellationToken) =>
        domain is null ? null : await catalogue.GetAsync(domain.Key, cancellationToken);

    /// <summary>Recognises one utterance.</summary>
    /// <param name="snapshot">What it is served from; null for the model itself, and for nothing to be kept.</param>
    /// <param name="samples">At the model's rate. Not to be changed before the end.</param>
    /// <param name="start">Where it starts in its recording.</param>
    /// <param name="request">Steps, and the latency budget from now.</param>
    /// <param name="teaches">Whether the domain may change by it. If not, nothing of it is kept.</param>
    /// <param name="draftReady">Told the draft as soon as it is there; may be null.</param>
    /// <param name="cancellationToken">Honoured between operators of a draft and between steps.</param>
    public async Task<ServedUtterance> RecognizeAsync(
        DomainSnapshot? snapshot,
        ReadOnlyMemory<float> samples,
        TimeSpan start,
        AdaptationRequest request,
        bool teaches,
        Action<Transcript>? draftReady,
        CancellationToken cancellationToken)
    {
        var asked = snapshot is null ? request : request with
        {
            Steps = request.Steps ?? _domainSteps,
            Flow = snapshot.Domain,
            Neighbours = recognizer.SearchIn(snapshot.Neighbours, since: time.GetUtcNow() - utteranceExpiry),
        };
        var weights = snapshot?.Weights ?? ServingWeights.Model;
        var started = time.GetTimestamp();
        var recognized = await recognizer.RecognizeUtteranceAsync(samples, start, weights, asked, Drafted, cancellationToken).ConfigureAwait(false);
        metrics.Finished(recognized, time.GetElapsedTime(started));
        if (snapshot is null) return new ServedUtterance(recognized);

        var revision = snapshot.Served(recognized);
        if (!teaches) return new ServedUtterance(recognized, snapshot.Domain, revision);
        if (catalogue.Observe(snapshot, recognized.Collapse?.Sign)) outbox.TryAdd(new OutboxItem.Collapsed(reader, snapshot.Domain, snapshot.Number));

        var id = FinalId.New(snapshot.Domain);
        var learns = recognized.IsWorthLearning || !recognizer.ChecksForCollapse;
        var kept = outbox.TryAdd(new OutboxItem.Served(reader, ToStored(id, snapshot, revision, samples, recognized), learns));
        return new ServedUtterance(recognized, snapshot.Domain, revision, kept ? id : null);

        void Drafted(Transcript draft)
        {
            metrics.Drafted(time.GetElapsedTime(started));
            draftReady?.Invoke(draft);
        }
    }

    private StoredUtterance ToStored(
        FinalId id, DomainSnapshot snapshot, Revision? revision, ReadOnlyMemory<float> samples, RecognizedUtterance recognized)
    {
        var utterance = new BufferedUtterance(
            id.UtteranceId,
            id.Domain,
            samples.ToArray(), // the rest of the recording is not kept
            time.GetUtcNow(),
            revision?.Number ?? Revision.Source,
            recognized.Draft.Text,
            recognized.Final.Text);
        var report = recognized.Adaptation;
        var record = new RecognitionRecord(
            recognizer.Model.Name,
            recognizer.Model.Sha256,
            recognizer.ParameterSet.Name,
            snapshot.Number,
            snapshot.FallbackNumber,
            report.Steps.Count,
            settings.Fast.LearningRate,
            settings.Fast.RepeatUpdatesPerEnclosingModule,
            recognizer.ThreadsPerWorker,
            settings.Onnx.Threads > 0 ? settings.Onnx.Threads : Environment.ProcessorCount,
            settings.Onnx.PackWeights,
            recognizer.Model.Preprocessing.SampleRateHz,
            report.Outcome,
            recognized.Final.Confidence,
            report.LossBefore,
            report.LossAfter)
        {
            RevisionSha256 = snapshot.Current?.Sha256,
            FallbackSha256 = snapshot.Fallback?.Sha256,
            Objective = settings.Fast.Objective,
            Precision = recognizer.Precision,
            ObjectiveKnowsLanguage = settings.Fast.Objective == NamedObjectives.Sgem && settings.Decoding.LanguageModel is not null,
            Collapse = _collapse,
            Processor = Processor.Name,
            Neighbours = report.Neighbours.Count > 0 ? report.Neighbours : null,
        };
        return new StoredUtterance(utterance, record) { Embedding = report.Embedding };
    }
}
