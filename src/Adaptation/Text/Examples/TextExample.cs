namespace Attune.Adaptation.Text.Examples;

/// <summary>A text that a domain was given to learn similar ones from.</summary>
/// <param name="Id">Unique in its domain.</param>
/// <param name="Text">At least one character.</param>
/// <param name="Label">Number of its label; null where none is known.</param>
/// <remarks>Immutable. It may be personal data: it is never logged.</remarks>
public sealed record TextExample(string Id, string Text, int? Label = null);
