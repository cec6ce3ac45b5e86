using TorchSharp;

namespace Attune.Adaptation.Objectives;

/// <summary>What fast and slow updates minimise: a loss for each utterance of a batch, without transcripts.</summary>
/// <param name="logits">Shape (N, T', V).</param>
/// <param name="frameCounts">Real frames of each utterance; frames beyond take no part.</param>
/// <returns>Terms of shape (N), differentiable. The caller's scope disposes.</returns>
/// <remarks>Thread-safe. <see cref="SutaObjective.Evaluate"/> is the default; <see cref="NamedObjectives"/> are those that settings may choose.</remarks>
public delegate SutaTerms AdaptationObjective(torch.Tensor logits, IReadOnlyList<int> frameCounts);
