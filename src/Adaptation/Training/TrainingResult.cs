namespace Attune.Adaptation.Training;

/// <summary>How a training ended.</summary>
/// <param name="BestStep">Step of the weights in the output folder; 0 if no step was better than the source.</param>
/// <param name="LastStep">Step that it ended at.</param>
/// <param name="LastValidation">Results of the last weights, set by set.</param>
public sealed record TrainingResult(int BestStep, int LastStep, IReadOnlyList<ValidationResult> LastValidation);
