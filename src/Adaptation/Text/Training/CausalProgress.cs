namespace Attune.Adaptation.Text.Training;

/// <summary>What a validation found.</summary>
/// <param name="Step">Optimizer steps taken.</param>
/// <param name="TotalSteps">Steps of the whole training.</param>
/// <param name="Loss">Mean loss since the last validation, in nats; NaN if there was no step.</param>
/// <param name="GradientNorm">Mean norm of the gradients since then; NaN if there was no step.</param>
/// <param name="LearningRate">Rate of the last step; 0 if there was none.</param>
/// <param name="TokensPerSecond">Tokens read in a second since then, those of answers' prompts and of replay included; NaN if there was no step.</param>
/// <param name="Validation">Figures of each set; empty if there is none.</param>
public sealed record CausalProgress(
    int Step, int TotalSteps, double Loss, double GradientNorm, double LearningRate, double TokensPerSecond, IReadOnlyList<CausalFigures> Validation);
