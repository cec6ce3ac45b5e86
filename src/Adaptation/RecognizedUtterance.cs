using Attune.Adaptation.Collapse;
using Attune.Adaptation.Fast;
using Attune.Adaptation.Neighbours;
using Attune.Recognition.Decoding;

namespace Attune.Adaptation;

/// <summary>One utterance, recognised without and with adaptation.</summary>
/// <param name="Start">Where it starts in its recording.</param>
/// <param name="Duration">Its length.</param>
/// <param name="Draft">The transcript before the fast update.</param>
/// <param name="Final">The best path of the logits to be used: after the fast update, or the draft where <paramref name="Adaptation"/> says so.</param>
/// <param name="Adaptation">What the fast update did.</param>
public sealed record RecognizedUtterance(TimeSpan Start, TimeSpan Duration, Transcript Draft, Transcript Final, AdaptationReport Adaptation)
{
    /// <summary>What the request's decoder found in the final's logits, the best first; empty if it had none.</summary>
    public IReadOnlyList<Alternative> Alternatives { get; init; } = [];

    /// <summary>The transcript to be used: the best alternative, or the final where none was searched for.</summary>
    public Transcript Answer => Alternatives.Count > 0 ? Alternatives[0].Transcript : Final;

    /// <summary>
    /// That the weights which it was to be served from have collapsed on it, and what served it instead; null if they have not. Draft, final and
    /// fast update are those of what served it.
    /// </summary>
    public CollapseFinding? Collapse { get; init; }

    /// <summary>
    /// Whether its domain may learn from it: something was recognised, since silence teaches nothing but silence. One whose fast update failed is learnt
    /// from, as published; the gate judges what comes of it.
    /// </summary>
    public bool IsWorthLearning => Draft.Text.Length > 0;
}

/// <summary>What the fast update of one utterance did.</summary>
/// <param name="Outcome">Whether the final is adapted, and if not, why not.</param>
/// <param name="Steps">The steps that were run, even if their result was refused.</param>
/// <param name="LossBefore">Loss of the draft; null if no step was run.</param>
/// <param name="LossAfter">Loss of the adapted weights; null if no step was run.</param>
/// <param name="StoppedByBudget">Whether the latency budget ended it before all steps were run.</param>
public sealed record AdaptationReport(
    AdaptationOutcome Outcome,
    IReadOnlyList<AdaptationStep> Steps,
    double? LossBefore = null,
    double? LossAfter = null,
    bool StoppedByBudget = false)
{
    /// <summary>Time that it waited for its turn; null if it had none.</summary>
    public TimeSpan? Waited { get; init; }

    /// <summary>Where the utterance lies, by <see cref="UtteranceEmbedder"/>; null if no neighbours were asked for, or no step was run.</summary>
    public ReadOnlyMemory<float>? Embedding { get; init; }

    /// <summary>Ids of those that joined its fast update, the most similar first.</summary>
    public IReadOnlyList<string> Neighbours { get; init; } = [];

    /// <summary>Time that the steps took, those included whose result was refused.</summary>
    public TimeSpan StepTime => Steps.Aggregate(TimeSpan.Zero, (sum, step) => sum + step.Elapsed);

    /// <summary>A report without steps.</summary>
    public static AdaptationReport Skipped(AdaptationOutcome outcome) => new(outcome, []);
}
