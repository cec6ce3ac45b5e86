using System.Text.Json.Serialization;

namespace Attune.Adaptation.Checkpoints.Merging;

/// <summary>How far a merge is.</summary>
/// <param name="Tensors">Tensors written.</param>
/// <param name="TotalTensors">Tensors of the result.</param>
/// <param name="Values">Values written.</param>
/// <param name="TotalValues">Values of the result.</param>
public readonly record struct MergeProgress(int Tensors, int TotalTensors, long Values, long TotalValues);

/// <summary>What a merge gave.</summary>
/// <param name="Folder">Full path of the new model folder.</param>
/// <param name="Method">Name of the method.</param>
/// <param name="Seed">Seed of random choices.</param>
/// <param name="Sha256">Hash of the result's safetensors file.</param>
/// <param name="Tensors">Number of tensors.</param>
/// <param name="Values">Number of values.</param>
/// <param name="Copied">Tensors that not all models have, and that were taken from one.</param>
/// <param name="Sources">The models that went in.</param>
public sealed record MergeResult(
    string Folder,
    string Method,
    int Seed,
    string Sha256,
    int Tensors,
    long Values,
    IReadOnlyList<string> Copied,
    IReadOnlyList<MergedModel> Sources);

/// <summary>A model that went into a merge.</summary>
/// <param name="Role"><c>base</c>, <c>model</c> or <c>ancestor</c>.</param>
/// <param name="Name">As the recipe has it.</param>
/// <param name="Sha256">Hash of its weights.</param>
public sealed record MergedModel(string Role, string Name, string Sha256)
{
    /// <summary>Hash of the file with what a domain learnt on it; null for the model by itself.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? RevisionSha256 { get; init; }
}
