namespace Attune.Adaptation.Text.Editing;

/// <summary>Texts that an edit is made with, beside the facts.</summary>
/// <param name="Prefixes">
/// What may stand before a prompt: the subject's key is a mean over prompts with each of them and with none, so that the edit does not depend on what stands before it. A dozen are
/// enough.
/// </param>
/// <param name="Ordinary">Texts whose keys are to keep their values; what the model was trained on, or its own. The more, the better: ten tokens for each row of the matrix and up.</param>
public sealed record EditTexts(IReadOnlyList<string> Prefixes, IReadOnlyList<string> Ordinary);
