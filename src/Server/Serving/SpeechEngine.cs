using Attune.Adaptation;
using Attune.Recognition.Audio;
using Attune.Recognition.Audio.EndPointing;
using Attune.Recognition.Decoding;
using Attune.Recognition.Streaming;
using Attune.Server.Access;
using Attune.Server.Domains;
using Attune.Server.Serving.Streaming;
using Attune.Server.State;

namespace Attune.Server.Serving;

/// <summary>Runs requests: audio bytes to recognised utterances, never more at a time than the server can hold.</summary>
/// <remarks>
/// <para>(1) take a place, or refuse, and the model that serves now; (2) decode the audio; (3) draft, fast update and final of each utterance; (4) give
/// place and model back.</para>
/// <para>Decoding and drafts compute among the <see cref="ComputeTurns"/>: requests wait for each other between utterances, first come first served; what is
/// left to do after a fast update is little, and waits for nobody's draft.</para>
/// <para>Thread-safe. Disposal waits for the requests at work, whose model is disposed after it.</para>
/// </remarks>
internal sealed class SpeechEngine(
    ServingModel serving, AudioDecoder decoder, RecognitionSettings settings, Admission admission, StreamAdmission streams, ComputeTurns turns, TimeProvider time)
    : IAsyncDisposable, IDisposable
{
    /// <summary>Takes the model that serves now, for one stream. The caller disposes the lease.</summary>
    public ModelLease Lease() => serving.Lease();

    /// <summary>What searches for the answers of a request; null if best paths are the answers.</summary>
    /// <param name="lease">The request's model.</param>
    /// <param name="request">What it wants.</param>
    /// <param name="domain">The domain, whose language is searched with too; null for none.</param>
    /// <param name="cancellationToken">Ends the wait for the domain.</param>
    /// <exception cref="InvalidRequestException">The model cannot write a hotword.</exception>
    public static async Task<BeamDecoder?> CreateDecoderAsync(ModelLease lease, DecodingRequest request, DomainId? domain, CancellationToken cancellationToken)
    {
        var language = domain is null ? null : await lease.Domains.Languages.GetAsync(domain.Key, cancellationToken);
        if (language?.Hotwords.Count > 0) request = request with { Hotwords = [.. language.Hotwords, .. request.Hotwords] };
        try
        {
            return lease.Decoders.Create(request, language is null ? lease.Decoders.Background : language.Model);
        }
        catch (ArgumentException exception)
        {
            throw new InvalidRequestException([new("hotwords", exception.Message)]);
        }
    }

    /// <summary>Recognises one recording.</summary>
    /// <param name="job">What to do.</param>
    /// <param name="caller">For whom.</param>
    /// <param name="cancellationToken">Honoured while decoding, between operators of a draft and between adaptation steps.</param>
    /// <exception cref="QuotaExceededException">The caller has used what it may use.</exception>
    /// <exception cref="OverloadedException">All places are taken.</exception>
    /// <exception cref="AudioException">The audio is refused.</exception>
    /// <exception cref="InvalidRequestException">The model cannot write a hotword.</exception>
    public async Task<RecognizedRecording> RunAsync(RecognitionJob job, Caller caller, CancellationToken cancellationToken)
    {
        var arrived = time.GetTimestamp();
        using var share = caller.Usage.Begin();
        using var place = admission.Enter();
        using var lease = serving.Lease();
        job = job with { Adaptation = job.Adaptation with { Decoder = await CreateDecoderAsync(lease, job.Decoding, job.Domain, cancellationToken) } };
        return await RecognizeAsync(lease, job, caller, arrived, cancellationToken);
    }

    /// <summary>Finds the utterances of one stream. Not thread-safe; to be used inside <see cref="ComputeAsync"/>.</summary>
    public UtteranceSegmenter OpenSegmenter(ModelLease lease, EndPointerOptions endPointing) => new(
        lease.Recognizer.Model,
        (window, cancellationToken) => lease.Recognizer.Listen(window, parameters: null, cancellationToken),
        endPointing,
        settings.Streaming,
        settings.Recognition.MaxUtterance);

    /// <summary>Computes among the requests, first come first served.</summary>
    public Task ComputeAsync(Action work, CancellationToken cancellationToken) => turns.RunAsync(work, cancellationToken);

    /// <summary>Recognises one utterance of a stream, as a recording of its own would be.</summary>
    /// <param name="lease">The stream's model.</param>
    /// <param name="utterance">With its samples.</param>
    /// <param name="caller">Whose stream it is.</param>
    /// <param name="domain">The domain; null for none. An utterance takes the revision that serves when it has ended.</param>
    /// <param name="adaptation">Steps, and the latency budget from now.</param>
    /// <param name="draftReady">Told the draft.</param>
    /// <param name="cancellationToken">Honoured between operators of a draft and between adaptation steps.</param>
    public Task<ServedUtterance> RecognizeUtteranceAsync(
        ModelLease lease,
        UtteranceEnded utterance,
        Caller caller,
        DomainId? domain,
        AdaptationRequest adaptation,
        Action<Transcript> draftReady,
        CancellationToken cancellationToken)
    {
        var speech = lease.Domains.Speech;
        var ended = time.GetTimestamp();
        return turns.RunAsync(Recognize, cancellationToken);

        async Task<ServedUtterance> Recognize() => await RecognizeAsync(
            speech,
            await speech.TakeAsync(domain, cancellationToken),
            caller,
            utterance.Samples,
            utterance.Start,
            adaptation with { LatencyBudget = adaptation.LatencyBudget - time.GetElapsedTime(ended) },
            draftReady,
            cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await streams.DrainAsync();
        await admission.DrainAsync();
    }

    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    private async Task<RecognizedRecording> RecognizeAsync(
        ModelLease lease, RecognitionJob job, Caller caller, long arrived, CancellationToken cancellationToken)
    {
        var speech = lease.Domains.Speech;
        var waveform = await turns.RunAsync(() => decoder.DecodeAsync(job.Audio, job.RawFormat, lease.SampleRateHz, cancellationToken), cancellationToken);
        caller.Usage.Hear(waveform.Duration);
        var snapshot = await speech.TakeAsync(job.Domain, cancellationToken);
        var utterances = new List<ServedUtterance>();
        foreach (var segment in UtteranceSplitter.Split(waveform, settings.Recognition.MaxUtterance))
        {
            var samples = waveform.Samples.AsMemory(segment.StartSample, segment.Length);
            var start = TimeSpan.FromSeconds((double)segment.StartSample / lease.SampleRateHz);
            utterances.Add(await turns.RunAsync(() => Recognize(samples, start), cancellationToken));
        }

        return new RecognizedRecording(waveform.Duration, utterances, time.GetElapsedTime(arrived));

        Task<ServedUtterance> Recognize(ReadOnlyMemory<float> samples, TimeSpan start)
        {
            var remaining = job.Adaptation with { LatencyBudget = job.Adaptation.LatencyBudget - time.GetElapsedTime(arrived) };
            return RecognizeAsync(speech, snapshot, caller, samples, start, remaining, draftReady: null, cancellationToken);
        }
    }

    /// <summary>One utterance, as far as its caller may have it adapted to, and learnt from.</summary>
    private static async Task<ServedUtterance> RecognizeAsync(
        DomainSpeech speech,
        DomainSnapshot? snapshot,
        Caller caller,
        ReadOnlyMemory<float> samples,
        TimeSpan start,
        AdaptationRequest request,
        Action<Transcript>? draftReady,
        CancellationToken cancellationToken)
    {
        // Without a domain, whose turn it is goes by caller.
        var allowed = request with { QuotaSpent = !caller.Usage.MayAdapt, Flow = caller.Name };
        var served = await speech.RecognizeAsync(snapshot, samples, start, allowed, caller.MayTeach, draftReady, cancellationToken).ConfigureAwait(false);
        caller.Usage.Adapt(served.Recognized.Adaptation.StepTime);
        return served;
    }
}
