namespace Attune.Cli.Texts;

/// <summary>What the commands of <c>attune text</c> have in common.</summary>
/// <param name="Model">Folder of the model.</param>
/// <param name="Text">The text.</param>
/// <param name="File">Path of a file with the text; null for <paramref name="Text"/>.</param>
/// <param name="Threads">Threads of a forward pass; 0 for one for each core.</param>
/// <param name="Json">Whether one JSON object is all that is printed.</param>
internal sealed record TextSettings(string Model, string Text, string? File, int Threads, bool Json);
