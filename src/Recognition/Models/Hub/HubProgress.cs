namespace Attune.Recognition.Models.Hub;

/// <summary>How far fetching a model is.</summary>
/// <param name="Bytes">Bytes that are there, those of earlier attempts included.</param>
/// <param name="TotalBytes">Bytes of all files.</param>
public sealed record HubProgress(long Bytes, long TotalBytes);
