using System.ComponentModel.DataAnnotations;

namespace Attune.Adaptation.Strategies;

/// <summary>How <see cref="AnchoredDomain"/> learns.</summary>
public sealed class AnchoredOptions
{
    /// <summary>AdamW's step size. Above 0, up to 1. Default 2e-4, as in the comparison of arXiv 2406.11064.</summary>
    [Range(0.0, 1.0, MinimumIsExclusive = true)]
    public double LearningRate { get; set; } = 2e-4;

    /// <summary>What stays of the leader's task vector at each utterance. From 0 to below 1. Default 0.999, as in that comparison.</summary>
    [Range(0.0, 0.999999)]
    public double LeaderDecay { get; set; } = 0.999;

    /// <summary>The parameters that may change. Default <c>layer-norm</c>; published are LayerNorms and the encoder's biases.</summary>
    [Required]
    public string Parameters { get; set; } = "layer-norm";
}
