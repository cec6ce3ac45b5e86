using Attune.Adaptation.Text.Editing;

namespace Attune.Cli.Editing;

/// <summary>What <c>attune edit</c> is to do.</summary>
/// <param name="Model">Folder of the model.</param>
/// <param name="Edits">File with the facts.</param>
/// <param name="Output">The new folder.</param>
/// <param name="Layer">Which layer; null to find it.</param>
/// <param name="Text">File with ordinary text; null for the model's own.</param>
/// <param name="Prefixes">Beginnings that the edit must hold after.</param>
/// <param name="Seed">Of the model's own texts.</param>
/// <param name="Options">How facts are edited.</param>
internal sealed record EditSettings(string Model, string Edits, string Output, int? Layer, string? Text, int Prefixes, int Seed, EditOptions Options);
