using Attune.Adaptation.Revisions;
using Attune.Adaptation.Slow;
using Attune.Adaptation.Text.Examples;
using Attune.Adaptation.Text.Training;
using Attune.Adaptation.Text.Updates;
using Attune.Recognition.Acoustic;
using Attune.Text.Models;

namespace Attune.Adaptation.Text.Slow;

/// <summary>Learns from a domain's examples of a text model: one round gives a judged candidate revision.</summary>
/// <remarks>
/// <para>(1) hold back a share of the examples; (2) from the model's own parameters, a few passes over the others, in a new order each time, a step of AdamW for each batch; (3) gate, against what
/// serves; (4) adopt the candidate if it passed. Each round begins at the model again and reads all examples that there are: nothing is learnt from twice as often because it was there earlier,
/// and a revision has learnt from what it names and from nothing else, so that who deletes an example knows what to delete with it. The same examples give the same candidate.</para>
/// <para>A pure function of its input but for the clock: the caller stores what comes out, or drops it and may run the same round again. Thread-safe; synchronous, to be run on
/// <see cref="AdaptationThreads"/>.</para>
/// </remarks>
public sealed class TextLearner
{
    private readonly TextModel _model;
    private readonly ParameterSet _set;
    private readonly TextUpdate _update;
    private readonly ExampleLoss _loss;
    private readonly TextGate _gate;
    private readonly TextSlowOptions _options;
    private readonly TimeProvider _time;

    /// <param name="model">Tokens, labels and identity; not disposed.</param>
    /// <param name="set">The parameters that change.</param>
    /// <param name="update">Steps at the rate of the options.</param>
    /// <param name="guard">Texts that the model wrote by itself; none for a classifier.</param>
    /// <param name="options">Passes and bounds.</param>
    /// <param name="window">Tokens of the windows that longer examples are cut into.</param>
    /// <param name="time">Clock of the revisions.</param>
    public TextLearner(TextModel model, ParameterSet set, TextUpdate update, IReadOnlyList<string> guard, TextSlowOptions options, int window, TimeProvider time)
    {
        (_model, _set, _update, _options, _time) = (model, set, update, options, time);
        _loss = new ExampleLoss(model, update, window);
        _gate = new TextGate(_loss, guard, options);
    }

    /// <summary>Runs one round.</summary>
    /// <param name="round">The domain's state and examples. Not changed.</param>
    /// <param name="cancellationToken">Honoured between pieces of a step.</param>
    /// <exception cref="ArgumentOutOfRangeException">A label is none of the model's.</exception>
    public LearningOutcome Learn(TextRound round, CancellationToken cancellationToken)
    {
        var parts = round.Examples.ToLookup(example => TextRound.IsHeldBack(example.Id, _options.HeldBackShare));
        TextExample[] learnt = [.. parts[false]], heldBack = [.. parts[true]];
        var (steps, parameters) = _update.Train(Tasks(learnt), cancellationToken);
        var (verdict, before, after) = _gate.Judge(round.Current, parameters, learnt, heldBack, cancellationToken);

        var state = round.State with { LastRevision = round.State.LastRevision + 1, Utterances = round.Examples.Count };
        if (verdict.Passed) state = state with { Good = [.. state.Good.Append(state.LastRevision).TakeLast(LearningState.MaxGood)] };
        var candidate = new Revision(
            round.Domain,
            state.LastRevision,
            Revision.Source, // each round begins there
            _model.Sha256,
            _set.Name,
            [.. learnt.Select(example => example.Id)],
            _time.GetUtcNow(),
            verdict,
            new AdaptationState(parameters));
        var figures = new LearningFigures(before, after, steps.Count > 0 ? steps[^1].GradientNorm : null);
        return new LearningOutcome(verdict.Passed ? LearningResult.Learnt : LearningResult.Refused, state, candidate, figures);
    }

    private IEnumerable<TextTask> Tasks(TextExample[] learnt)
    {
        if (learnt.Length == 0) yield break;
        var order = new ShuffledOrder(learnt.Length);
        var batch = Math.Min(_options.BatchSize, learnt.Length);
        var steps = ((long)_options.Epochs * learnt.Length / batch) + ((long)_options.Epochs * learnt.Length % batch == 0 ? 0 : 1);
        for (var step = 0; step < steps; step++) yield return _loss.ToTask([.. order.At(step, batch, seed: 0).Select(index => learnt[index])]);
    }
}
