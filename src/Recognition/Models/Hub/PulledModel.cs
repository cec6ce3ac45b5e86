namespace Attune.Recognition.Models.Hub;

/// <summary>A model that was fetched.</summary>
/// <param name="Folder">Its snapshot in the cache: a model folder.</param>
/// <param name="Commit">The commit that the revision stood for.</param>
/// <param name="Files">Number of its files.</param>
/// <param name="SizeBytes">Bytes of all of them.</param>
/// <param name="FetchedBytes">Bytes that were fetched now; the others were there.</param>
public sealed record PulledModel(string Folder, string Commit, int Files, long SizeBytes, long FetchedBytes);
