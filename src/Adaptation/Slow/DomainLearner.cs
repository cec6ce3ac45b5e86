using Attune.Adaptation.Gate;
using Attune.Adaptation.Revisions;
using Attune.Recognition.Models;

namespace Attune.Adaptation.Slow;

/// <summary>Learns from a domain's buffered utterances: one round gives a judged candidate revision, or a reset.</summary>
/// <remarks>
/// <para>A pure function of its input but for the clock: the caller stores what comes out, or drops it and may run the same round again.
/// (1) count all utterances but the last; (2) test for a reset, and end if it is one; (3) slow update on the learnt utterances; (4) gate;
/// (5) adopt the candidate if it passed; (6) count the last utterance. The order is that of Dynamic SUTA's published code, where the update
/// follows the fast pass of a buffer's last utterance, and counting follows the update.</para>
/// <para>Thread-safe; synchronous, to be run on <see cref="AdaptationThreads"/>. Live tensors are those of one utterance's gradient.</para>
/// </remarks>
public sealed class DomainLearner
{
    private readonly Model _model;
    private readonly SlowUpdate _update;
    private readonly UtteranceLoss _loss;
    private readonly RevisionGate? _gate;
    private readonly ResetRule _reset;
    private readonly TimeProvider _time;
    private readonly string _parameterSet;

    /// <param name="model">Preprocessing and identity; not disposed.</param>
    /// <param name="update">The slow update.</param>
    /// <param name="loss">Loss without gradient, of the update's objective.</param>
    /// <param name="gate">What candidates must pass; null for none.</param>
    /// <param name="options">Strategy, M, and the reset's constants.</param>
    /// <param name="time">Clock of the revisions.</param>
    public DomainLearner(
        Model model, SlowUpdate update, UtteranceLoss loss, RevisionGate? gate, SlowUpdateOptions options, TimeProvider time)
    {
        var strategy = options.ResolveStrategy();
        _model = model;
        _update = update;
        _loss = loss;
        _gate = strategy.IsGated ? gate : null;
        _reset = new ResetRule(strategy.Reset, options);
        _time = time;
        _parameterSet = update.ParameterSet.Name;
        LearntPerRound = strategy.UtterancesPerUpdate ?? options.UtterancesPerUpdate;
        RoundSize = LearntPerRound + (_gate?.HeldBack ?? 0);
    }

    /// <summary>M: utterances of a round that are learnt from, the first ones.</summary>
    public int LearntPerRound { get; }

    /// <summary>Utterances that a round takes: those that are learnt from and those that are held back.</summary>
    public int RoundSize { get; }

    /// <summary>Runs one round.</summary>
    /// <param name="round">The domain's state and utterances. Not changed.</param>
    /// <param name="cancellationToken">Honoured between utterances.</param>
    /// <exception cref="ArgumentException">The round has another number of utterances than <see cref="RoundSize"/>.</exception>
    public LearningOutcome Learn(LearningRound round, CancellationToken cancellationToken)
    {
        if (round.Utterances.Count != RoundSize)
            throw new ArgumentException($"A round takes {RoundSize} utterances. Given: {round.Utterances.Count}.", nameof(round));

        var waveforms = round.Utterances.Select(utterance => _model.Preprocessing.Apply(utterance.Samples)).ToArray();
        var learnt = waveforms[..LearntPerRound];
        var improvements = new Improvements(_loss, round, learnt, cancellationToken);

        var state = round.State;
        for (var i = 0; i < learnt.Length - 1; i++) state = _reset.Count(state, ImprovementOf(state, i));

        var mean = state.Improvement is null ? (double?)null : Enumerable.Range(0, learnt.Length).Average(i => ImprovementOf(state, i));
        var test = _reset.Test(state with { Utterances = round.State.Utterances }, mean, learnt.Length);
        if (test.IsReset)
            return new LearningOutcome(LearningResult.Reset, state.Reset(), null, new LearningFigures(null, null, null, mean, test.StandardErrors));

        state = test.State with { Utterances = state.Utterances, LastRevision = state.LastRevision + 1 };
        var lastImprovement = ImprovementOf(state, learnt.Length - 1);
        var updated = _update.Run(round.Current, learnt, cancellationToken);
        var verdict = _gate?.Judge(round.Current?.Parameters, updated.State.Parameters, learnt, waveforms[LearntPerRound..], cancellationToken)
            ?? GateVerdict.Unasked;
        var candidate = Candidate(round, state.LastRevision, verdict, updated.State);

        if (verdict.Passed) state = state with { Good = [.. state.Good.Append(candidate.Number).TakeLast(LearningState.MaxGood)] };
        state = _reset.Count(state, lastImprovement);
        var figures = new LearningFigures(updated.Losses.Average(), After(verdict, updated), updated.GradientNorm, mean, test.StandardErrors);
        return new LearningOutcome(verdict.Passed ? LearningResult.Learnt : LearningResult.Refused, state, candidate, figures);

        double? ImprovementOf(LearningState now, int utterance) => _reset.NeedsImprovement(now) ? improvements.Of(now, utterance) : null;
    }

    private static double? After(GateVerdict verdict, SlowUpdateResult updated) =>
        updated.Losses.Average() + verdict.Checks.FirstOrDefault(check => check.Question == GateQuestion.Reliability)?.Figure;

    private Revision Candidate(LearningRound round, long number, GateVerdict verdict, AdaptationState state) => new(
        round.Domain,
        number,
        round.State.Current,
        _model.Sha256,
        _parameterSet,
        [.. round.Utterances.Take(LearntPerRound).Select(utterance => utterance.Id)],
        _time.GetUtcNow(),
        verdict,
        state);

    /// <summary>Loss improvements of a round's utterances, each computed once and only when it is asked for.</summary>
    private sealed class Improvements(UtteranceLoss loss, LearningRound round, ReadOnlyMemory<float>[] learnt, CancellationToken cancellationToken)
    {
        private readonly double?[] _values = new double?[learnt.Length];

        public double Of(LearningState state, int utterance)
        {
            // Domain weights that were remembered in this round are those that it began with.
            var weights = state.DomainWeights == round.State.DomainWeights ? round.DomainWeights : round.Current?.Parameters;
            return _values[utterance] ??= loss.Of(weights, learnt[utterance], cancellationToken) - loss.Of(null, learnt[utterance], cancellationToken);
        }
    }
}
