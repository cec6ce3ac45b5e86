namespace Attune.Facts;

/// <summary>A property that every person of the invented world has one of.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Templates">Ways to say it, each ending where the object follows; {} stands for the person.</param>
/// <param name="Objects">What it may be.</param>
internal sealed record Relation(string Name, IReadOnlyList<string> Templates, IReadOnlyList<string> Objects);
