using Attune.Adaptation.Revisions;

namespace Attune.Adaptation.Slow;

/// <summary>What came of a round. The names are stable: they label events and metrics.</summary>
public enum LearningResult
{
    /// <summary>The candidate passed the gate and serves.</summary>
    Learnt,

    /// <summary>The candidate did not pass the gate; what served before goes on serving.</summary>
    Refused,

    /// <summary>The strategy's reset: the model itself serves. There is no candidate.</summary>
    Reset,
}

/// <summary>What a round measured.</summary>
/// <param name="LossBefore">Mean loss of the learnt utterances before the step; null if there was no step.</param>
/// <param name="LossAfter">The same after the step; null if there was no step, or no gate to measure it.</param>
/// <param name="GradientNorm">L2 norm of the step's gradient; null if there was no step.</param>
/// <param name="LossImprovement">Mean loss improvement of the learnt utterances; null where the reset policy did not measure it.</param>
/// <param name="StandardErrors">z: how far that lies above the Gaussian's mean; null before the reset window is full.</param>
public sealed record LearningFigures(
    double? LossBefore = null,
    double? LossAfter = null,
    double? GradientNorm = null,
    double? LossImprovement = null,
    double? StandardErrors = null);

/// <summary>The outcome of a round. To be stored as a whole or not at all.</summary>
/// <param name="Result">What came of it.</param>
/// <param name="State">The domain's learning state from now on; its utterances are used up.</param>
/// <param name="Candidate">The candidate with its verdict, to be kept whether it passed or not; null after a reset.</param>
/// <param name="Figures">What was measured.</param>
public sealed record LearningOutcome(LearningResult Result, LearningState State, Revision? Candidate, LearningFigures Figures);
