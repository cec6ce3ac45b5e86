namespace Attune.Adaptation.Checkpoints;

/// <summary>A file of a checkpoint.</summary>
/// <param name="Name">In its folder.</param>
/// <param name="SizeBytes">Length in bytes.</param>
/// <param name="Sha256">In lower-case hexadecimal.</param>
public sealed record CheckpointFile(string Name, long SizeBytes, string Sha256);
