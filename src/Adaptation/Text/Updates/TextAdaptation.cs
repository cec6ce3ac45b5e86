using Attune.Recognition.Acoustic;

namespace Attune.Adaptation.Text.Updates;

/// <summary>What a request is answered from.</summary>
/// <param name="Parameters">The adapted parameters; null for the model's own.</param>
/// <param name="Report">What adaptation did.</param>
public sealed record TextAdaptation(AdaptableParameters? Parameters, TextAdaptationReport Report)
{
    /// <summary>The model itself answers.</summary>
    public static TextAdaptation Skipped(TextAdaptationOutcome outcome) => new(Parameters: null, new TextAdaptationReport(outcome, Neighbours: 0, []));
}

/// <summary>What adaptation to one request did.</summary>
/// <param name="Outcome">Whether the answer is adapted, and if not, why not.</param>
/// <param name="Neighbours">Examples of the domain that were learnt from.</param>
/// <param name="Steps">The steps that were run, even if their result was refused.</param>
/// <param name="LossBefore">Loss before the first step, in nats; null if none was run.</param>
/// <param name="LossAfter">Loss after the last one; null if none was run.</param>
/// <param name="StoppedByBudget">Whether the latency budget ended it before all steps were run.</param>
public sealed record TextAdaptationReport(
    TextAdaptationOutcome Outcome,
    int Neighbours,
    IReadOnlyList<TextStep> Steps,
    double? LossBefore = null,
    double? LossAfter = null,
    bool StoppedByBudget = false)
{
    /// <summary>Time that it waited for its turn; null if it had none.</summary>
    public TimeSpan? Waited { get; init; }

    /// <summary>Tokens that each step read.</summary>
    public int TokensPerStep { get; init; }

    /// <summary>What of the latency budget was to be left for the answer; null without a budget or a step.</summary>
    public TimeSpan? BudgetSpare { get; init; }

    /// <summary>Time that the steps took, those included whose result was refused.</summary>
    public TimeSpan StepTime => Steps.Aggregate(TimeSpan.Zero, (sum, step) => sum + step.Elapsed);
}
