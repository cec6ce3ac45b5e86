using System.ComponentModel.DataAnnotations;

namespace Attune.Adaptation.Gate;

/// <summary>What a candidate revision must show before it serves.</summary>
public sealed class GateOptions
{
    public const string Section = "Adaptation:Gate";

    /// <summary>Whether candidates are asked at all. Default true; false is for comparison with published figures.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>
    /// Utterances of each round that are not learnt from but kept to ask whether what was learnt helps others too. A round takes so many more
    /// than a slow update learns from. From 0 to 100. Default 1.
    /// </summary>
    [Range(0, 100)]
    public int HeldBack { get; set; } = 1;

    /// <summary>Reliability: most by which the mean loss on the learnt utterances may rise. From 0 to 10. Default 0.</summary>
    [Range(0.0, 10.0)]
    public double MaxLossRise { get; set; }

    /// <summary>Generality: most by which the mean loss on held-back utterances may rise. From 0 to 10. Default 0.01.</summary>
    [Range(0.0, 10.0)]
    public double MaxHeldBackLossRise { get; set; } = 0.01;

    /// <summary>
    /// Locality: least similarity of the transcripts of the guard set to the model's own, 1 minus the normalised edit distance over all clips.
    /// From 0 to 1. Default 0.98.
    /// </summary>
    [Range(0.0, 1.0)]
    public double MinSimilarity { get; set; } = 0.98;
}
