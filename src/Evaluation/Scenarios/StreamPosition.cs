namespace Attune.Evaluation.Scenarios;

/// <summary>One utterance of a stream.</summary>
/// <param name="Recording">Index in the manifest.</param>
/// <param name="Condition">Index in the conditions.</param>
/// <param name="NoiseSeed">Decides which stretch of the noise is under it.</param>
/// <param name="IsBoundary">Whether its condition is another than the one before; false for the first.</param>
public readonly record struct StreamPosition(int Recording, int Condition, int NoiseSeed, bool IsBoundary);
