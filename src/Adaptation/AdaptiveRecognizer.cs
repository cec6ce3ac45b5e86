using Attune.Adaptation.Collapse;
using Attune.Adaptation.Fast;
using Attune.Adaptation.Gate;
using Attune.Adaptation.Neighbours;
using Attune.Adaptation.Network;
using Attune.Adaptation.Objectives;
using Attune.Adaptation.Revisions;
using Attune.Adaptation.Slow;
using Attune.Recognition;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Audio;
using Attune.Recognition.Decoding;
using Attune.Recognition.Models;

namespace Attune.Adaptation;

/// <summary>The main flow: waveform in, draft and final out.</summary>
/// <remarks>
/// <para>(1) cut long audio into utterances; for each of them (2) the draft, in ONNX Runtime on the caller's thread, from the given revision, or from the
/// good one before it or the model where it has collapsed; (3) the fast update, in libtorch on the adaptation threads, from the same weights; (4) the final
/// from the adapted weights, or the draft where they are not to be trusted: a sign of collapse, or a loss that rose or is no number; where the request has a
/// decoder, it searches the same logits for the answer.</para>
/// <para>Nothing of one utterance reaches another. Thread-safe; the owner disposes it after the last call has returned, and the
/// model after it.</para>
/// </remarks>
public sealed class AdaptiveRecognizer : IDisposable
{
    /// <summary>A draft of so many characters is never rightly a single symbol; a shorter one may be, such as a spelled letter.</summary>
    private const int ConstantFrom = 4;

    private readonly Model _model;
    private readonly RecognitionOptions _options;
    private readonly FastUpdateOptions _fastOptions;
    private readonly OnnxAcousticModel _acousticModel;
    private readonly OnnxAcousticModel? _finals;
    private readonly Recognizer _recognizer;
    private readonly Wav2Vec2Network _network;
    private readonly FastUpdate _fastUpdate;
    private readonly CollapseOptions _collapseOptions;
    private readonly OutputCheck _check;
    private readonly SoundDrafts _drafts;
    private readonly AdaptationThreads _threads;
    private readonly FastUpdateQueue _queue;
    private readonly bool _ownsThreads;
    private readonly ReaderWriterLockSlim _inUse = new(); // read by updates, written by disposal
    private readonly TimeProvider _time;

    /// <param name="model">Not disposed.</param>
    /// <param name="options">Longest utterance.</param>
    /// <param name="onnxOptions">Threads of the forward pass.</param>
    /// <param name="fastOptions">Default number of steps, learning rate, parameter set.</param>
    /// <param name="threadOptions">Threads of the fast update.</param>
    /// <param name="time">Clock of latency budgets.</param>
    /// <param name="collapseOptions">When an output counts as collapsed; defaults if null.</param>
    /// <param name="objective">What updates minimise; by the name in <paramref name="fastOptions"/>, without language, if null.</param>
    /// <param name="threads">Threads of the fast update that several models share, not disposed; its own, by <paramref name="threadOptions"/>, if null.</param>
    /// <exception cref="ArgumentException">The parameter set or the objective does not exist, or the set asks for more layers than the model has.</exception>
    /// <exception cref="PlatformNotSupportedException">libtorch cannot be loaded here.</exception>
    public AdaptiveRecognizer(
        Model model,
        RecognitionOptions options,
        OnnxOptions onnxOptions,
        FastUpdateOptions fastOptions,
        AdaptationThreadOptions threadOptions,
        TimeProvider time,
        CollapseOptions? collapseOptions = null,
        AdaptationObjective? objective = null,
        AdaptationThreads? threads = null)
    {
        _model = model;
        _options = options;
        _fastOptions = fastOptions;
        _time = time;
        var set = ParameterSet.Parse(fastOptions.Parameters);
        _ = set.In(model.Layout, model.Config); // what does not exist is refused before anything is opened
        objective ??= NamedObjectives.Create(fastOptions.Objective, model.Config.BlankId);
        _acousticModel = new OnnxAcousticModel(model, set, set.TopLayers, onnxOptions);
        _recognizer = new Recognizer(model, _acousticModel);
        _network = new Wav2Vec2Network(model);
        _ownsThreads = threads is null;
        _threads = threads ?? new AdaptationThreads(threadOptions, Wav2Vec2Network.PreferredThreads(model.Config), time);
        _finals = FastUpdate.TakesFinalsFrom(set) ? Finals(model, _acousticModel.Source!, _threads.ThreadsPerWorker) : null;
        _fastUpdate = new FastUpdate(_network, model, fastOptions, time, _acousticModel.Source, objective, _finals);
        _collapseOptions = collapseOptions ?? new CollapseOptions();
        _check = new OutputCheck(model.Config.BlankId, _collapseOptions);
        _drafts = new SoundDrafts(_recognizer, _check, Source);
        _queue = new FastUpdateQueue(_fastUpdate, _threads, _inUse, time);
    }

    /// <summary>The model that recognises.</summary>
    public Model Model => _model;

    /// <summary>The parameters that fast updates change.</summary>
    public ParameterSet ParameterSet => _fastUpdate.ParameterSet;

    /// <summary>Type in which fast updates multiply, never <see cref="ComputePrecision.Auto"/>.</summary>
    public ComputePrecision Precision => _fastUpdate.Precision;

    /// <summary>The model's own values of the parameters that fast updates change. Revisions have its layout.</summary>
    public AdaptableParameters Source => _fastUpdate.Source;

    /// <summary>Number of values that fast updates change.</summary>
    public int ParameterCount => Source.Layout.Length;

    /// <summary>Utterances that are adapted to at the same time.</summary>
    public int Workers => _threads.Workers;

    /// <summary>libtorch threads of each.</summary>
    public int ThreadsPerWorker => _threads.ThreadsPerWorker;

    /// <summary>Utterances that wait for adaptation.</summary>
    public int WaitingForAdaptation => _threads.Waiting;

    /// <summary>Reads the guard set that lies in a model's folder, if it has one; this model itself says what it hears in it.</summary>
    /// <param name="decoder">Decodes the clips.</param>
    /// <param name="folder">The folder; null for this model's own. A checkpoint is judged by the set of the model that it replaces.</param>
    /// <param name="cancellationToken">Honoured between clips.</param>
    /// <param name="thread">Where the model hears them; the caller's if null.</param>
    /// <exception cref="Training.ManifestException">A line of its manifest is wrong.</exception>
    /// <exception cref="AudioException">A clip cannot be decoded.</exception>
    public Task<GuardSet> ReadGuardSetAsync(
        AudioDecoder decoder, string? folder, CancellationToken cancellationToken, BackgroundThread? thread = null) =>
        GuardSetReader.ReadAsync(folder ?? _model.Folder, _model, _recognizer, decoder, cancellationToken, thread);

    /// <summary>Reads the guard set that lies in this model's folder.</summary>
    /// <inheritdoc cref="ReadGuardSetAsync(AudioDecoder, string?, CancellationToken, BackgroundThread?)"/>
    public Task<GuardSet> ReadGuardSetAsync(AudioDecoder decoder, CancellationToken cancellationToken) => ReadGuardSetAsync(decoder, folder: null, cancellationToken);

    /// <summary>What learns from a domain's utterances, on this model with these parameters.</summary>
    /// <param name="slowOptions">Strategy and its constants.</param>
    /// <param name="gateOptions">What candidates must show.</param>
    /// <param name="guard">Clean speech for the gate, from <see cref="ReadGuardSetAsync(AudioDecoder, CancellationToken)"/>.</param>
    /// <param name="precedence">What learning gives way to between utterances; nothing if null.</param>
    /// <remarks>It is to be run on threads of its own, since learning must not hold up recognition, and not after this is disposed.</remarks>
    /// <exception cref="ArgumentException">There is no strategy of that name.</exception>
    public DomainLearner CreateLearner(SlowUpdateOptions slowOptions, GateOptions gateOptions, GuardSet guard, RequestPrecedence? precedence = null)
    {
        var loss = new UtteranceLoss(_acousticModel, _fastUpdate.Objective, precedence);
        var gate = gateOptions.Enabled ? CreateGate(gateOptions, guard, precedence) : null;
        var update = new SlowUpdate(_network, _model, _fastOptions, Source, _fastUpdate.Objective, precedence);
        return new DomainLearner(_model, update, loss, gate, slowOptions, _time);
    }

    /// <summary>What judges revisions on this model.</summary>
    /// <remarks>Not to be used after this is disposed.</remarks>
    public RevisionGate CreateGate(GateOptions options, GuardSet guard, RequestPrecedence? precedence = null) =>
        new(_acousticModel, _recognizer, new UtteranceLoss(_acousticModel, _fastUpdate.Objective, precedence), _check, guard, options, precedence);

    /// <summary>Whether drafts and finals are checked for signs of collapse.</summary>
    public bool ChecksForCollapse => _collapseOptions.Enabled;

    /// <summary>A search for a request's neighbours, as many and as similar as the settings say.</summary>
    /// <param name="set">Utterances of the request's domain. None of those that a gate holds back.</param>
    /// <param name="since">Older ones are left out.</param>
    /// <returns>Null if the settings want none.</returns>
    public NeighbourSearch? SearchIn(NeighbourSet set, DateTimeOffset since = default)
    {
        if (_fastOptions.Neighbours == 0) return null;
        var count = Math.Min(_fastOptions.Neighbours, set.Count);
        return new NeighbourSearch(count, embedding => set.Nearest(embedding, count, _fastOptions.NeighbourFloor, since));
    }

    /// <summary>What watches one domain's outputs, with the bounds that drafts and finals are checked with.</summary>
    public CollapseDetector CreateDetector() => new(_collapseOptions, _time);

    /// <summary>Runs everything once on one second of noise, so that no caller pays for first times, and the first budget finds a step's cost known.</summary>
    public async Task WarmUpAsync(CancellationToken cancellationToken)
    {
        var draft = HearNoise(cancellationToken);
        if (_threads.TryRun(() => WarmUp(draft, cancellationToken), cancellationToken) is { } update) await update;
    }

    /// <summary>The same on the caller's thread alone, for a model that is made while others serve.</summary>
    public void WarmUp(CancellationToken cancellationToken) => WarmUp(HearNoise(cancellationToken), cancellationToken);

    /// <summary>
    /// The session of last forward passes. It computes on the thread of the fast update, so that no draft waits for it and it stands back as that thread does; a second packed copy of
    /// the weights is worth its memory for small models only, which one thread is enough for.
    /// </summary>
    private static OnnxAcousticModel Finals(Model model, AdaptableParameters source, int threads) =>
        new(model, source, new OnnxOptions { Threads = threads, PackWeights = threads == 1 }, ownThreads: true);

    private FastUpdateResult? WarmUp(Draft draft, CancellationToken cancellationToken) =>
        _fastUpdate.Run(draft.Waveform, draft.Hidden, steps: 2, budget: null, cancellationToken);

    private Draft HearNoise(CancellationToken cancellationToken)
    {
        var random = new Random(1);
        var noise = new float[Math.Max(_model.Preprocessing.SampleRateHz, _model.Config.MinimumSamples)];
        for (var i = 0; i < noise.Length; i++) noise[i] = 0.01f * ((2 * random.NextSingle()) - 1);
        return _recognizer.Recognize(noise, default, parameters: null, cancellationToken);
    }

    /// <summary>Recognises a recording, each utterance starting from the model itself.</summary>
    /// <param name="waveform">At the model's rate.</param>
    /// <param name="request">Steps and latency budget.</param>
    /// <param name="cancellationToken">Honoured between steps, and between operators of a draft.</param>
    /// <returns>Its utterances in order, at least one.</returns>
    /// <exception cref="AudioException">The recording is too short for one frame.</exception>
    /// <exception cref="ArgumentException">The waveform is at another rate than the model's, or the steps are out of range.</exception>
    public async Task<IReadOnlyList<RecognizedUtterance>> RecognizeAsync(
        Waveform waveform, AdaptationRequest request, CancellationToken cancellationToken)
    {
        var rate = _model.Preprocessing.SampleRateHz;
        if (waveform.SampleRateHz != rate)
            throw new ArgumentException($"The model hears {rate} Hz. Given: {waveform.SampleRateHz} Hz.", nameof(waveform));

        var started = _time.GetTimestamp();
        var utterances = new List<RecognizedUtterance>();
        foreach (var segment in UtteranceSplitter.Split(waveform, _options.MaxUtterance))
        {
            var start = TimeSpan.FromSeconds((double)segment.StartSample / rate);
            var samples = waveform.Samples.AsMemory(segment.StartSample, segment.Length);
            var remaining = request with { LatencyBudget = request.LatencyBudget - _time.GetElapsedTime(started) };
            utterances.Add(await RecognizeUtteranceAsync(samples, start, from: null, remaining, draftReady: null, cancellationToken));
        }

        return utterances;
    }

    /// <summary>Recognises one utterance, with the model to fall back to.</summary>
    /// <param name="samples">At the model's rate; as a rule no longer than <see cref="RecognitionOptions.MaxUtterance"/>. Not to be changed before the end.</param>
    /// <param name="offset">Where the utterance starts in its recording; added to word times.</param>
    /// <param name="from">What the utterance's domain has learnt; null for the model itself. Of the layout of <see cref="Source"/>.</param>
    /// <param name="request">Steps, and the latency budget from now.</param>
    /// <param name="draftReady">Told the draft as soon as it is there, on the caller's thread; may be null.</param>
    /// <param name="cancellationToken">Honoured between steps, and between operators of a draft.</param>
    /// <exception cref="AudioException">The utterance is too short for one frame.</exception>
    /// <exception cref="ArgumentException">The steps are out of range, or <paramref name="from"/> is of another parameter set or model.</exception>
    public Task<RecognizedUtterance> RecognizeUtteranceAsync(
        ReadOnlyMemory<float> samples,
        TimeSpan offset,
        AdaptationState? from,
        AdaptationRequest request,
        Action<Transcript>? draftReady,
        CancellationToken cancellationToken) =>
        RecognizeUtteranceAsync(samples, offset, new ServingWeights(from), request, draftReady, cancellationToken);

    /// <summary>Recognises one utterance, with the good revision before the current one to fall back to.</summary>
    /// <param name="samples">At the model's rate; as a rule no longer than <see cref="RecognitionOptions.MaxUtterance"/>. Not to be changed before the end.</param>
    /// <param name="offset">Where the utterance starts in its recording; added to word times.</param>
    /// <param name="weights">What the utterance's domain has learnt, of the layout of <see cref="Source"/>.</param>
    /// <param name="request">Steps, and the latency budget from now.</param>
    /// <param name="draftReady">Told the draft as soon as it is there, on the caller's thread; may be null. Never that of collapsed weights.</param>
    /// <param name="cancellationToken">Honoured between steps, and between operators of a draft.</param>
    /// <exception cref="AudioException">The utterance is too short for one frame.</exception>
    /// <exception cref="ArgumentException">The steps are out of range, or <paramref name="weights"/> are of another parameter set or model.</exception>
    public async Task<RecognizedUtterance> RecognizeUtteranceAsync(
        ReadOnlyMemory<float> samples,
        TimeSpan offset,
        ServingWeights weights,
        AdaptationRequest request,
        Action<Transcript>? draftReady,
        CancellationToken cancellationToken)
    {
        var steps = request.Steps ?? _fastOptions.Steps;
        if (steps is < 0 or > FastUpdateOptions.MaxSteps)
            throw new ArgumentOutOfRangeException(nameof(request), steps, $"Steps must be from 0 to {FastUpdateOptions.MaxSteps}.");

        var started = _time.GetTimestamp();
        _threads.NoteRequest();
        SoundDraft sound;
        using (AttuneActivities.Source.StartActivity("draft")) sound = _drafts.Recognize(samples, offset, weights, cancellationToken);
        var draft = sound.Draft.Transcript;
        draftReady?.Invoke(draft);
        var budget = request.LatencyBudget ?? _fastOptions.LatencyBudget;
        TimeSpan? Remaining() => budget - _time.GetElapsedTime(started);
        var (final, logits, report, spare) = await AdaptAsync(sound, offset, steps, request, Remaining, cancellationToken).ConfigureAwait(false);
        var duration = Duration(samples);
        var utterance = new RecognizedUtterance(offset, duration, draft, final, report)
        {
            Collapse = sound.Finding,
            Alternatives = request.Decoder?.Decode(logits, offset) ?? [],
        };
        if (steps > 0 && Remaining() is { } left)
        {
            _fastUpdate.Costs.ObserveAnswer(late: left < TimeSpan.Zero);
            if (spare is { } planned) _fastUpdate.Costs.ObserveDelay(duration, planned - left);
        }

        return utterance;
    }

    /// <summary>The logits of a piece of audio without fast update, for listening to a stream while it goes on.</summary>
    /// <inheritdoc cref="Recognizer.Listen"/>
    public Logits Listen(ReadOnlyMemory<float> samples, AdaptableParameters? parameters, CancellationToken cancellationToken) =>
        _recognizer.Listen(samples, parameters, cancellationToken);

    public void Dispose()
    {
        if (_ownsThreads) _threads.Dispose();
        _inUse.EnterWriteLock(); // never left: what is queued yet on threads of others finds it closed
        _acousticModel.Dispose();
        _finals?.Dispose();
        _network.Dispose();
    }

    /// <summary>
    /// The final with its logits: those of the adapted weights, or of the draft where the report says so; and what was to be left of the budget, where a fast
    /// update had one.
    /// </summary>
    private async Task<(Transcript Final, Logits Logits, AdaptationReport Report, TimeSpan? Spare)> AdaptAsync(
        SoundDraft sound, TimeSpan offset, int steps, AdaptationRequest request, Func<TimeSpan?> remaining, CancellationToken cancellationToken)
    {
        var draft = sound.Draft;
        if (steps == 0) return Skip(AdaptationOutcome.NotRequested);
        if (draft.Logits.BlankRatio(_model.Config.BlankId) == 1) return Skip(AdaptationOutcome.DraftAllBlank);
        if (request.QuotaSpent) return Skip(AdaptationOutcome.QuotaSpent);

        var turn = await _queue.RunAsync(sound, Duration(draft.Waveform), steps, request, remaining, cancellationToken).ConfigureAwait(false);
        if (turn.Result is not { } result) return Skip(turn.Skipped);

        var adapted = _recognizer.Decode(result.Logits, offset);
        var outcome = Judge(result, sound, adapted);
        var report = new AdaptationReport(outcome, result.Steps, result.Steps[0].Loss, result.LossAfter, result.StoppedByBudget)
        {
            Waited = turn.Waited,
            Embedding = result.Embedding,
            Neighbours = [.. result.Neighbours.Select(neighbour => neighbour.Id)],
        };
        return outcome == AdaptationOutcome.Adapted ? (adapted, result.Logits, report, result.BudgetSpare) : (draft.Transcript, draft.Logits, report, result.BudgetSpare);

        (Transcript Final, Logits Logits, AdaptationReport Report, TimeSpan? Spare) Skip(AdaptationOutcome reason) =>
            (draft.Transcript, draft.Logits, AdaptationReport.Skipped(reason), Spare: null);
    }

    private AdaptationOutcome Judge(FastUpdateResult result, SoundDraft sound, Transcript adapted)
    {
        if (!result.IsFinite || result.LossAfter > result.Steps[0].Loss) return AdaptationOutcome.Diverged;
        if (IsConstant(adapted) && sound.Draft.Transcript.Text.Length >= ConstantFrom) return AdaptationOutcome.Collapsed;
        // A sign that the draft shows too is the audio's.
        return sound.Sign is null && _check.Find(result.Logits, adapted) is not null ? AdaptationOutcome.Collapsed : AdaptationOutcome.Adapted;
    }

    private TimeSpan Duration(ReadOnlyMemory<float> samples) => TimeSpan.FromSeconds((double)samples.Length / _model.Preprocessing.SampleRateHz);

    /// <summary>Nothing at all, or a single symbol: what weights give that have stopped listening.</summary>
    private static bool IsConstant(Transcript transcript) => transcript.Text.Where(symbol => symbol != ' ').Distinct().Count() <= 1;
}
