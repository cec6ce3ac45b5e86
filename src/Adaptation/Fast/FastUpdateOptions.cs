using System.ComponentModel.DataAnnotations;

namespace Attune.Adaptation.Fast;

/// <summary>How each utterance is adapted to.</summary>
public sealed class FastUpdateOptions
{
    public const string Section = "Adaptation:Fast";

    /// <summary>Most steps that a request may ask for.</summary>
    public const int MaxSteps = 100;

    /// <summary>Gradient steps on one utterance. From 0, which turns adaptation off, to 100. Default 10, as SUTA was published.</summary>
    [Range(0, MaxSteps)]
    public int Steps { get; set; } = 10;

    /// <summary>AdamW's step size. Above 0, up to 1. Default 2e-5, as SUTA was published.</summary>
    [Range(0.0, 1.0, MinimumIsExclusive = true)]
    public double LearningRate { get; set; } = 2e-5;

    /// <summary>
    /// The parameters that may change: <c>layer-norm</c>, <c>suta</c>, <c>top-K</c>, <c>bias</c>, <c>lora</c>, <c>lora-R</c> or
    /// <c>all</c>. Default <c>suta</c>: every LayerNorm, the feature extractor and the feature projection.
    /// </summary>
    [Required]
    public string Parameters { get; set; } = "suta";

    /// <summary>
    /// Whether a feature-extractor tensor is updated once for each module that encloses it (convolutions four times, the projection
    /// twice), as the published code does by accident and its published error rates include. Default false.
    /// </summary>
    public bool RepeatUpdatesPerEnclosingModule { get; set; }
}
