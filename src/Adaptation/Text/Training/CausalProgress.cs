namespace Attune.Adaptation.Text.Training;

/// <summary>What a validation found.</summary>
/// <param name="Step">Optimizer steps taken.</param>
/// <param name="Loss">Mean loss for each token since the last validation, in nats; NaN if there was no step.</param>
/// <param name="BitsPerByte">Of the held-back text.</param>
/// <param name="TokensPerSecond">Tokens trained on in a second since the last validation; NaN if there was no step.</param>
public sealed record CausalProgress(int Step, double Loss, double BitsPerByte, double TokensPerSecond);
