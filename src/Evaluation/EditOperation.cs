namespace Attune.Evaluation;

/// <summary>One step of an <see cref="EditAlignment"/>.</summary>
/// <param name="Kind">What happened to the token.</param>
/// <param name="Reference">Token of the reference; null for an insertion.</param>
/// <param name="Hypothesis">Token of the hypothesis; null for a deletion.</param>
public readonly record struct EditOperation(EditKind Kind, string? Reference, string? Hypothesis);
