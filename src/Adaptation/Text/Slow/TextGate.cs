using Attune.Adaptation.Gate;
using Attune.Adaptation.Text.Examples;
using Attune.Recognition.Acoustic;

namespace Attune.Adaptation.Text.Slow;

/// <summary>Decides whether a candidate revision of a text model may serve.</summary>
/// <remarks>
/// <para>(1) reliability: the loss of the learnt examples has fallen against what serves; (2) generality: so has that of held-back ones, of which there must be at least one; (3) locality: texts
/// that the model writes by itself are still as probable, as a share of each byte's probability with the model. As these texts are samples of the model's own distribution, the logarithm of that
/// figure estimates how far the candidate's has moved from it, the Kullback-Leibler divergence. A figure that is no number never passes. Collapse is not asked for: what speaks in one tone finds
/// held-back texts less probable.</para>
/// <para>Thread-safe; synchronous, on the caller's thread.</para>
/// </remarks>
/// <param name="loss">The loss.</param>
/// <param name="guard">Texts of the model's own; none leaves out the question about them, as for a classifier, which writes nothing.</param>
/// <param name="options">Bounds.</param>
public sealed class TextGate(ExampleLoss loss, IReadOnlyList<string> guard, TextSlowOptions options)
{
    private readonly TextExample[] _guard = [.. guard.Select(text => new TextExample("", text))];

    /// <summary>Judges a candidate.</summary>
    /// <param name="before">What serves; null for the model itself.</param>
    /// <param name="candidate">Its parameters.</param>
    /// <param name="learnt">Examples that it learnt from.</param>
    /// <param name="heldBack">Examples of the domain that it did not learn from.</param>
    /// <param name="cancellationToken">Honoured between pieces.</param>
    /// <returns>The verdict, and the loss of the learnt examples before and after; null for none.</returns>
    public (GateVerdict Verdict, double? Before, double? After) Judge(
        AdaptableParameters? before,
        AdaptableParameters candidate,
        IReadOnlyList<TextExample> learnt,
        IReadOnlyList<TextExample> heldBack,
        CancellationToken cancellationToken)
    {
        var ofLearnt = Losses(learnt);
        var ofHeldBack = Losses(heldBack);
        return (
            new GateVerdict([Fall(GateQuestion.Reliability, learnt, ofLearnt), Fall(GateQuestion.Generality, heldBack, ofHeldBack), Locality(candidate, cancellationToken)]),
            ofLearnt?.Before,
            ofLearnt?.After);

        (double Before, double After)? Losses(IReadOnlyList<TextExample> examples) =>
            examples.Count == 0 ? null : (loss.Of(examples, before, cancellationToken), loss.Of(examples, candidate, cancellationToken));
    }

    private GateCheck Fall(GateQuestion question, IReadOnlyList<TextExample> examples, (double Before, double After)? losses)
    {
        var rise = losses?.After - losses?.Before;
        return new GateCheck(question, rise, -options.MinGain, examples.Count, rise <= -options.MinGain);
    }

    private GateCheck Locality(AdaptableParameters candidate, CancellationToken cancellationToken)
    {
        if (_guard.Length == 0) return new GateCheck(GateQuestion.Locality, null, options.MinLocality, 0, Passed: true);
        var share = Math.Pow(2, loss.Of(_guard, parameters: null, cancellationToken) - loss.Of(_guard, candidate, cancellationToken));
        return new GateCheck(GateQuestion.Locality, share, options.MinLocality, _guard.Length, share >= options.MinLocality);
    }
}
