namespace Attune.Adaptation.Text.Training;

/// <summary>What a validation found on one set.</summary>
/// <param name="Name">The set's name.</param>
/// <param name="Loss">What decides which weights are the best, the lower the better: bits per byte, or the mean loss of preferences in nats.</param>
/// <param name="Accuracy">Share of answers whose tokens are all the most probable ones, or of pairs whose chosen answer gained on the other; null for plain text.</param>
/// <param name="DivergenceNats">Mean divergence of the next token's probabilities from the source model's, KL(source || model); null for a set that is no guard.</param>
public sealed record CausalFigures(string Name, double Loss, double? Accuracy, double? DivergenceNats);
