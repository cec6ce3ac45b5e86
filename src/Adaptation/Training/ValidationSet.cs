namespace Attune.Adaptation.Training;

/// <summary>Utterances that error rates are measured on and that are never trained on.</summary>
/// <param name="Name">For reports, for example the manifest's name.</param>
/// <param name="Utterances">At least one.</param>
public sealed record ValidationSet(string Name, IReadOnlyList<TrainingUtterance> Utterances);
