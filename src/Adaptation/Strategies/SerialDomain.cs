using Attune.Adaptation.Buffering;
using Attune.Adaptation.Collapse;
using Attune.Adaptation.Neighbours;
using Attune.Adaptation.Revisions;
using Attune.Adaptation.Slow;
using Attune.Recognition.Decoding;

namespace Attune.Adaptation.Strategies;

/// <summary>One domain's utterances, one after another in memory, through the classes that serve: for experiments and tests.</summary>
/// <remarks>
/// <para>Each utterance (1) is recognised from the domain's current revision; (2) is watched for collapse; (3) is buffered, if it is worth learning from;
/// (4) if it fills a round, that is learnt from before the next utterance. The fast update's neighbours are the utterances before, but those that the gate holds back. A server does the same, with Redis between the steps and learning
/// beside recognition.</para>
/// <para>To run a strategy: make an <see cref="AdaptiveRecognizer"/> with the fast update's options, then
/// <c>new SerialDomain(recognizer, slowOptions, gateOptions, guard, time)</c>, and call <see cref="NextAsync"/> for each utterance in order;
/// <c>Recognized.Draft</c> and <c>Recognized.Final</c> are the transcripts. For figures as published, turn off the gate
/// (<see cref="Gate.GateOptions.Enabled"/>) and the recogniser's checks (<see cref="CollapseOptions.Enabled"/>), which leave out silence and take back
/// what collapses. With <c>dsuta-oracle</c>, call <see cref="Reset"/> where the conditions change.</para>
/// <para>Not thread-safe. The owner disposes it, and the recogniser after it.</para>
/// </remarks>
public sealed class SerialDomain : IDisposable
{
    /// <summary>The domain's name in revisions and buffered utterances.</summary>
    public const string Domain = "stream";

    /// <summary>Utterances that neighbours are looked for among: the newest ones, as many as a server keeps by default.</summary>
    private const int NeighbourCapacity = 64;

    private readonly AdaptiveRecognizer _recognizer;
    private readonly AdaptationStrategy _strategy;
    private readonly DomainLearner? _learner;
    private readonly AdaptationThreads? _threads;
    private readonly CollapseDetector _detector;
    private readonly bool _learnsFromAll;
    private readonly AdaptationRequest _request;
    private readonly TimeProvider _time;
    private readonly Dictionary<long, Revision> _revisions = [];
    private readonly List<BufferedUtterance> _buffer = [];
    private NeighbourSet _neighbours = NeighbourSet.Empty;
    private long _utterances;

    /// <param name="recognizer">Not disposed.</param>
    /// <param name="slowOptions">Strategy and its constants.</param>
    /// <param name="gateOptions">What candidates must show.</param>
    /// <param name="guard">Clean speech for the gate.</param>
    /// <param name="time">Clock of utterances and revisions.</param>
    /// <param name="decoder">Searches for answers; null for best paths.</param>
    /// <exception cref="ArgumentException">There is no strategy of that name.</exception>
    public SerialDomain(
        AdaptiveRecognizer recognizer,
        SlowUpdateOptions slowOptions,
        Gate.GateOptions gateOptions,
        Gate.GuardSet guard,
        TimeProvider time,
        BeamDecoder? decoder = null)
    {
        _recognizer = recognizer;
        _strategy = slowOptions.ResolveStrategy();
        _request = new AdaptationRequest(slowOptions.FastSteps ?? _strategy.FastSteps) { Decoder = decoder };
        _time = time;
        _detector = recognizer.CreateDetector();
        _learnsFromAll = !recognizer.ChecksForCollapse;
        if (!_strategy.LearnsSlowly) return;
        _learner = recognizer.CreateLearner(slowOptions, gateOptions, guard);
        _threads = new AdaptationThreads(new AdaptationThreadOptions { Workers = 1, ThreadsPerWorker = recognizer.ThreadsPerWorker });
    }

    /// <summary>The domain's learning state after the utterances so far.</summary>
    public LearningState State { get; private set; } = LearningState.New;

    /// <summary>What the next utterance starts from; null for the model itself.</summary>
    public AdaptationState? Current => StateOf(State.Current);

    /// <summary>Recognises the next utterance and learns from it.</summary>
    /// <param name="samples">At the model's rate; copied if it is kept.</param>
    /// <param name="cancellationToken">Honoured between steps; a cancelled stream must not be gone on with.</param>
    /// <exception cref="Recognition.Audio.AudioException">The utterance is too short for one frame.</exception>
    public async Task<StreamedUtterance> NextAsync(ReadOnlyMemory<float> samples, CancellationToken cancellationToken)
    {
        var revision = State.Current;
        var weights = new ServingWeights(Current, StateOf(State.Fallback));
        var request = _request with { Neighbours = _recognizer.SearchIn(_neighbours) };
        var recognized = await _recognizer.RecognizeUtteranceAsync(samples, default, weights, request, draftReady: null, cancellationToken);
        _utterances++;
        if (recognized.Adaptation.Embedding is { } embedding && recognized.IsWorthLearning && !IsHeldBack())
            _neighbours = _neighbours.With(new Neighbour($"{_utterances}", samples.ToArray()), embedding, _time.GetUtcNow(), NeighbourCapacity);
        if (_learner is null) return new StreamedUtterance(revision, recognized, null);

        var collapsed = _detector.Observe(revision, recognized.Collapse?.Sign);
        if (collapsed) State = State.WithoutCollapsed(revision);
        if (!_learnsFromAll && !recognized.IsWorthLearning) return new StreamedUtterance(revision, recognized, null, collapsed);

        _buffer.Add(new BufferedUtterance(
            $"{_utterances}", Domain, samples.ToArray(), _time.GetUtcNow(), revision, recognized.Draft.Text, recognized.Final.Text));
        var outcome = _buffer.Count < _learner.RoundSize ? null : await LearnAsync(_learner, cancellationToken);
        return new StreamedUtterance(revision, recognized, outcome, collapsed);
    }

    /// <summary>Goes back to the model and empties the buffer.</summary>
    public void Reset()
    {
        State = State.Reset();
        _buffer.Clear();
        _neighbours = NeighbourSet.Empty;
        _revisions.Clear();
    }

    public void Dispose() => _threads?.Dispose();

    /// <summary>Whether the gate will ask about the next utterance of the buffer what it knows of the others.</summary>
    private bool IsHeldBack() => _learner is not null && _buffer.Count >= _learner.LearntPerRound;

    private async Task<LearningOutcome> LearnAsync(DomainLearner learner, CancellationToken cancellationToken)
    {
        var weights = State.DomainWeights is { } number ? StateOf(number)?.Parameters : null;
        var round = new LearningRound(Domain, State, Current, weights, [.. _buffer]);
        // Only one piece of work is ever queued.
        var outcome = await _threads!.TryRun(() => learner.Learn(round, cancellationToken), cancellationToken)!;

        _buffer.Clear();
        State = outcome.State;
        if (outcome.Candidate is { } candidate) _revisions[candidate.Number] = candidate;
        foreach (var old in _revisions.Keys.Except(State.Needed).ToArray()) _revisions.Remove(old);
        return outcome;
    }

    private AdaptationState? StateOf(long revision) => revision == Revision.Source ? null : _revisions[revision].State;
}
