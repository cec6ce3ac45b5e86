using Attune.Adaptation.Revisions;

namespace Attune.Adaptation.Slow;

/// <summary>What a slow update made.</summary>
/// <param name="State">The new parameters and moments.</param>
/// <param name="Losses">Loss of each utterance before the step.</param>
/// <param name="GradientNorm">L2 norm of the gradient of their mean.</param>
public sealed record SlowUpdateResult(AdaptationState State, IReadOnlyList<double> Losses, double GradientNorm);
