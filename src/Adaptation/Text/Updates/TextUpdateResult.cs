using Attune.Recognition.Acoustic;

namespace Attune.Adaptation.Text.Updates;

/// <summary>What a fast update of text made.</summary>
/// <param name="Steps">The steps that were run, in order.</param>
/// <param name="LossAfter">Loss with the adapted parameters, in nats.</param>
/// <param name="Parameters">The adapted parameters.</param>
/// <param name="StoppedByBudget">Whether the time budget ended it before all steps were run.</param>
public sealed record TextUpdateResult(IReadOnlyList<TextStep> Steps, double LossAfter, AdaptableParameters Parameters, bool StoppedByBudget)
{
    /// <summary>What of the time budget was to be left for the answer, judged when the last step began; null without a budget or a step.</summary>
    public TimeSpan? BudgetSpare { get; init; }

    /// <summary>Whether the loss is a number, as all that led to it, and no higher than before.</summary>
    public bool IsSound => double.IsFinite(LossAfter)
        && Steps.All(step => double.IsFinite(step.Loss) && double.IsFinite(step.GradientNorm))
        && (Steps.Count == 0 || LossAfter <= Steps[0].Loss);
}
