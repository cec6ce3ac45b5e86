using System.ComponentModel.DataAnnotations;

namespace Attune.Adaptation.Training;

/// <summary>Which parameters training changes, and what keeps them from forgetting. The defaults change everything freely.</summary>
public sealed class FineTuningOptions
{
    /// <summary>Name of the parameter set: one of <see cref="Recognition.Acoustic.ParameterSet.Names"/>. Default <c>all</c>.</summary>
    [Required]
    public string Parameters { get; set; } = "all";

    /// <summary>
    /// Rank of low-rank additions, which are then trained instead of <see cref="Parameters"/>; 0 for none. From 0 to 1024. Default 0.
    /// </summary>
    /// <remarks>Hu et al. 2021, "LoRA: Low-Rank Adaptation of Large Language Models", arXiv 2106.09685.</remarks>
    [Range(0, 1024)]
    public int LoraRank { get; set; }

    /// <summary>Scale of the additions, divided by the rank. Above 0. Default 16.</summary>
    [Range(1e-6, 1e6)]
    public double LoraAlpha { get; set; } = 16;

    /// <summary>Linear layers with additions, by the last part of their names. Default <c>q_proj</c> and <c>v_proj</c>.</summary>
    [MinLength(1)]
    public IReadOnlyList<string> LoraTargets { get; set; } = ["q_proj", "v_proj"];

    /// <summary>What is written of low-rank additions. Default <see cref="LoraExport.Merged"/>.</summary>
    public LoraExport LoraExport { get; set; } = LoraExport.Merged;

    /// <summary>
    /// Strength of the pull towards the parameters that training starts from; 0 for none. With a Fisher estimate it is that of elastic
    /// weight consolidation. From 0. Default 0.
    /// </summary>
    [Range(0, 1e12)]
    public double PullStrength { get; set; }
}
