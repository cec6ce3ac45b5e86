using System.ComponentModel.DataAnnotations;

namespace Attune.Server.Checkpoints;

/// <summary>Where checkpoints are kept, and what one must show before it serves.</summary>
public sealed class CheckpointOptions
{
    public const string Section = "Checkpoints";

    /// <summary>
    /// Folder of the store; a relative path is looked up in the working directory. Default none: checkpoints are off, and whoever reaches the server
    /// cannot change its model.
    /// </summary>
    public string Folder { get; set; } = string.Empty;

    /// <summary>
    /// Least similarity of a checkpoint's transcripts of the guard set to those of the model that serves, 1 minus the normalised edit distance over all
    /// clips; of a text classifier, the share of the guard text's lines that keep their label. From 0 to 1. Default 0.98.
    /// </summary>
    [Range(0.0, 1.0)]
    public double MinSimilarity { get; set; } = 0.98;

    /// <summary>
    /// How many more bits than the model that serves a checkpoint of a causal text model may need for a byte of the guard text, as a share. From 0 to 10. Default 0.05.
    /// </summary>
    [Range(0.0, 10.0)]
    public double MaxBitsRise { get; set; } = 0.05;
}
