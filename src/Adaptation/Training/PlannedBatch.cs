namespace Attune.Adaptation.Training;

/// <summary>Utterances that are trained on together.</summary>
/// <param name="Items">Index of each utterance in the data, and the speed at which it is played.</param>
public sealed record PlannedBatch(IReadOnlyList<(int Utterance, double Speed)> Items);
