namespace Attune.Evaluation.Statistics;

/// <summary>Errors of two systems on one utterance.</summary>
/// <param name="Speaker">Who speaks; null if not known.</param>
/// <param name="Recording">Which recording it is; the same recording may occur in several conditions.</param>
/// <param name="Baseline">Errors of the system that is compared with.</param>
/// <param name="Candidate">Errors of the system that is compared.</param>
/// <param name="ReferenceLength">Tokens of the reference.</param>
public readonly record struct PairedErrors(string? Speaker, string Recording, long Baseline, long Candidate, long ReferenceLength);
