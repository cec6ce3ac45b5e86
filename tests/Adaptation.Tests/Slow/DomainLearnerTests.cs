using Attune.Adaptation.Buffering;
using Attune.Adaptation.Fast;
using Attune.Adaptation.Gate;
using Attune.Adaptation.Revisions;
using Attune.Adaptation.Slow;
using Attune.Recognition;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Models;

namespace Attune.Adaptation.Tests.Slow;

public sealed class DomainLearnerTests : IDisposable
{
    private readonly Model _model = TestModels.Open("tiny-layer", out _);
    private readonly ManualTime _time = new();
    private AdaptiveRecognizer? _recognizer;

    [Fact]
    public void Learn_CandidateThatImproves_IsAdoptedWithItsProvenance()
    {
        var learner = Create();

        var outcome = learner.Learn(Round(LearningState.New with { LastRevision = 7 }, null, 0..4), default);

        var candidate = outcome.Candidate!;
        Assert.Equal(LearningResult.Learnt, outcome.Result);
        Assert.Equal((8, 0, 8), (candidate.Number, candidate.Parent, outcome.State.Current));
        Assert.Equal(["u0", "u1", "u2"], candidate.UtteranceIds);
        Assert.Equal(("line", _model.Sha256, "suta", _time.GetUtcNow()), (candidate.Domain, candidate.ModelSha256, candidate.ParameterSet, candidate.Created));
        Assert.Equal([3, 1, 0, 4], candidate.Verdict.Checks.Select(check => check.Samples));
        Assert.Equal(3, outcome.State.Utterances);
        Assert.True(outcome.Figures.LossAfter < outcome.Figures.LossBefore);
        Assert.Equal(outcome.Figures.LossAfter!.Value - outcome.Figures.LossBefore!.Value, candidate.Verdict.Checks[0].Figure!.Value, 1e-5);
    }

    [Fact]
    public void Learn_TwoRounds_TheSecondGoesOnFromTheFirst()
    {
        var learner = Create();
        var first = learner.Learn(Round(LearningState.New, null, 0..4), default);

        var second = learner.Learn(Round(first.State, first.Candidate!.State, 4..8), default);

        Assert.Equal((2, 1), (second.Candidate!.Number, second.Candidate.Parent));
        Assert.Equal(2, second.Candidate.State.Moments!.Steps);
        Assert.Equal([1, 2], second.State.Good);
    }

    [Fact]
    public void Learn_TheSameRoundAgain_GivesTheSameBytes()
    {
        var learner = Create();
        var round = Round(LearningState.New, null, 0..4);

        Assert.Equal(RevisionFile.ToBytes(learner.Learn(round, default).Candidate!), RevisionFile.ToBytes(learner.Learn(round, default).Candidate!));
    }

    [Fact]
    public void Learn_CandidateThatFails_IsKeptButNotAdopted()
    {
        var learner = Create();
        var round = Round(new LearningState { LastRevision = 3, Good = [2] }, new AdaptationState(_recognizer!.Source), 0..4);
        // A sample that is no number makes loss, gradient and parameters none either.
        var broken = round.Utterances[1] with { Samples = new[] { float.NaN }.Concat(new float[6_000]).ToArray() };

        var outcome = learner.Learn(round with { Utterances = [round.Utterances[0], broken, .. round.Utterances.Skip(2)] }, default);

        Assert.Equal(LearningResult.Refused, outcome.Result);
        Assert.False(outcome.Candidate!.Verdict.Passed);
        Assert.Equal((4, 2), (outcome.Candidate.Number, outcome.State.Current));
        Assert.Equal((4, 3), (outcome.State.LastRevision, outcome.State.Utterances));
        // Inspection needs its bytes, whatever they hold.
        RevisionFile.ToBytes(outcome.Candidate);
    }

    [Fact]
    public void Learn_NoGate_AdoptsWhateverComes()
    {
        var learner = Create(learningRate: 1, new GateOptions { Enabled = false });

        Assert.Equal(3, learner.RoundSize);
        Assert.Equal(LearningResult.Learnt, learner.Learn(Round(LearningState.New, null, 0..3), default).Result);
    }

    [Fact]
    public void Learn_ManyRounds_RemembersTheLastGoodRevisionsOnly()
    {
        var learner = Create();
        var (state, current) = (LearningState.New, (AdaptationState?)null);
        for (var i = 0; i < 5; i++)
        {
            var outcome = learner.Learn(Round(state, current, 0..4), default);
            (state, current) = (outcome.State, outcome.Candidate!.State);
        }

        Assert.Equal([3, 4, 5], state.Good);
    }

    [Fact]
    public void Learn_DomainWeightsRememberedAndUsed_CountAsInTheStream()
    {
        // K = 6: remembered after the third utterance, two collected, and the fourth round is tested.
        var learner = Create(slow: new SlowUpdateOptions { UtterancesPerUpdate = 2, ResetWindow = 6 });
        var (state, revisions) = (LearningState.New, new Dictionary<long, AdaptationState>());
        var standardErrors = new List<double?>();
        for (var i = 0; i < 4; i++)
        {
            var round = Round(state, revisions.GetValueOrDefault(state.Current), 0..3);
            var weights = state.DomainWeights is { } number ? revisions.GetValueOrDefault(number) : null;
            var outcome = learner.Learn(round with { DomainWeights = weights?.Parameters }, default);
            (state, revisions[outcome.Candidate!.Number]) = (outcome.State, outcome.Candidate.State);
            standardErrors.Add(outcome.Figures.StandardErrors);
        }

        // The third utterance is the first of the second round, when revision 1 was current.
        Assert.Equal(1, state.DomainWeights);
        Assert.Equal([true, true, true, false], standardErrors.Select(z => z is null));
        Assert.Equal(8, state.Utterances);
    }

    [Fact]
    public void Learn_AnotherNumberOfUtterances_IsRefused()
    {
        var exception = Assert.Throws<ArgumentException>(() => Create().Learn(Round(LearningState.New, null, 0..3), default));

        Assert.Contains("takes 4 utterances. Given: 3", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Learn_Cancelled_Throws() =>
        Assert.Throws<OperationCanceledException>(() => Create().Learn(Round(LearningState.New, null, 0..4), new CancellationToken(true)));

    public void Dispose()
    {
        _recognizer?.Dispose();
        _model.Dispose();
    }

    private static LearningRound Round(LearningState state, AdaptationState? current, Range utterances)
    {
        var (offset, count) = utterances.GetOffsetAndLength(100);
        return new LearningRound(
            "line",
            state,
            current,
            null,
            [.. Enumerable.Range(offset, count).Select(i => new BufferedUtterance($"u{i}", "line", TestModels.Waveform(6_000, seed: i), default, 0, "", ""))]);
    }

    private DomainLearner Create(double learningRate = 1e-4, GateOptions? gate = null, SlowUpdateOptions? slow = null)
    {
        _recognizer = new AdaptiveRecognizer(
            _model,
            new RecognitionOptions(),
            new OnnxOptions(),
            new FastUpdateOptions { LearningRate = learningRate },
            new AdaptationThreadOptions(),
            _time);
        return _recognizer.CreateLearner(slow ?? new SlowUpdateOptions { UtterancesPerUpdate = 3 }, gate ?? new GateOptions(), GuardSet.Empty);
    }
}
