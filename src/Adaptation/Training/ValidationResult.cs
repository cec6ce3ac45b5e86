using Attune.Evaluation;

namespace Attune.Adaptation.Training;

/// <summary>Error rates of greedy decoding.</summary>
/// <param name="Name">The set's name.</param>
/// <param name="Words">Word errors.</param>
/// <param name="Characters">Character errors.</param>
/// <param name="Loss">CTC loss for each symbol.</param>
public sealed record ValidationResult(string Name, ErrorRate Words, ErrorRate Characters, double Loss);
