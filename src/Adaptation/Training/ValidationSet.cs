namespace Attune.Adaptation.Training;

/// <summary>Utterances that error rates are measured on and that are never trained on.</summary>
/// <param name="Name">For reports, for example the manifest's name.</param>
/// <param name="Utterances">At least one.</param>
/// <param name="IsGuard">
/// Whether it is of a domain that must not be forgotten: then it is also reported how much of the transcripts before the training is left.
/// </param>
public sealed record ValidationSet(string Name, IReadOnlyList<TrainingUtterance> Utterances, bool IsGuard = false);
