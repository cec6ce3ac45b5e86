namespace Attune.Adaptation.Training;

/// <summary>Utterances and how often an epoch has them.</summary>
/// <param name="Utterances">At least one.</param>
/// <param name="Repeats">
/// Times that an epoch has each of them, above 0. A fraction takes that share of them, drawn anew for each epoch: this is how replay
/// mixes in a part of a larger corpus.
/// </param>
public sealed record TrainingSource(IReadOnlyList<TrainingUtterance> Utterances, double Repeats = 1);
