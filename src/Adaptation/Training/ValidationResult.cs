using Attune.Evaluation;

namespace Attune.Adaptation.Training;

/// <summary>Error rates of greedy decoding.</summary>
/// <param name="Name">The set's name.</param>
/// <param name="Words">Word errors.</param>
/// <param name="Characters">Character errors.</param>
/// <param name="Loss">CTC loss for each symbol.</param>
/// <param name="Locality">
/// How much of the transcripts of the weights that training started from is left, from 0 to 1; null for a set that is no guard.
/// </param>
public sealed record ValidationResult(string Name, ErrorRate Words, ErrorRate Characters, double Loss, double? Locality = null);
