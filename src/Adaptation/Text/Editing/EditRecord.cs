namespace Attune.Adaptation.Text.Editing;

/// <summary>What is written down about an edit, with the tensor's bytes from before it.</summary>
/// <param name="Tensor">Name of the changed tensor.</param>
/// <param name="Layer">Its layer, from 0.</param>
/// <param name="SourceName">Name of the model before.</param>
/// <param name="SourceSha256">SHA-256 of its weights.</param>
/// <param name="Sha256">SHA-256 of the weights after.</param>
/// <param name="Card">Text of the model's card before; null if it had none.</param>
/// <param name="Figures">What each edit did.</param>
public sealed record EditRecord(
    string Tensor, int Layer, string SourceName, string SourceSha256, string Sha256, string? Card, IReadOnlyList<EditFigures> Figures);
