namespace Attune.Cli.Evaluation;

/// <summary>A line of an evaluation's manifest.</summary>
/// <param name="Line">Its number, from 1.</param>
/// <param name="Name">The recording as the manifest writes it.</param>
/// <param name="Path">Full path of the recording.</param>
/// <param name="Text">What is said; may be empty.</param>
/// <param name="Speaker">Who speaks; null if the manifest does not say.</param>
internal sealed record ManifestLine(int Line, string Name, string Path, string Text, string? Speaker);

/// <summary>The same, decoded.</summary>
/// <param name="Source">Its line.</param>
/// <param name="Samples">At the model's rate.</param>
internal sealed record Recording(ManifestLine Source, float[] Samples);
