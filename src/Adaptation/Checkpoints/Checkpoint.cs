using System.Text.Json.Serialization;

namespace Attune.Adaptation.Checkpoints;

/// <summary>A model folder in a store, whose content cannot change without being noticed.</summary>
/// <param name="Id">SHA-256, in lower-case hexadecimal, over the names and hashes of its files: the same content has the same id everywhere.</param>
/// <param name="Name">What it is called; need not be unique.</param>
/// <param name="Origin">Where it came from: <c>import</c>, or <c>merge</c> with the method.</param>
/// <param name="Created">When it entered the store.</param>
/// <param name="Files">Its files.</param>
public sealed record Checkpoint(string Id, string Name, string Origin, DateTimeOffset Created, IReadOnlyList<CheckpointFile> Files)
{
    /// <summary>What it does; its <c>config.json</c> says so.</summary>
    [JsonIgnore]
    public ModelKind Kind { get; init; }

    /// <summary>Bytes of all files.</summary>
    public long SizeBytes => Files.Sum(file => file.SizeBytes);
}
