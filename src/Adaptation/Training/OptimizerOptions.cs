using System.ComponentModel.DataAnnotations;

namespace Attune.Adaptation.Training;

/// <summary>How gradients become steps.</summary>
public sealed class OptimizerOptions
{
    /// <summary>What moves weight matrices. Default AdamW.</summary>
    public MatrixOptimizer Matrices { get; set; } = MatrixOptimizer.AdamW;

    /// <summary>Highest step size. Above 0, at most 1. Default 3e-4; 1.5e-3 suits Muon.</summary>
    [Range(1e-9, 1)]
    public double LearningRate { get; set; } = 3e-4;

    /// <summary>Steps in which the rate rises to its highest. From 0. Default 100.</summary>
    [Range(0, int.MaxValue)]
    public int WarmUpSteps { get; set; } = 100;

    /// <summary>Share of the training after which the rate falls, linearly to 0 at the end. From 0 to 1. Default 0: after the warm-up.</summary>
    [Range(0, 1)]
    public double DecayStart { get; set; }

    /// <summary>Share of itself, times the rate, that a matrix loses with each step. From 0 to 1. Default 0.02 (0.1 suits Muon).</summary>
    [Range(0, 1)]
    public double WeightDecay { get; set; } = 0.02;

    /// <summary>Gradients with a larger norm are scaled down to it. Above 0. Default 1.</summary>
    [Range(1e-9, 1e9)]
    public double ClipNorm { get; set; } = 1;

    /// <summary>Share of the rate for the first convolution, which is a filter bank from the start. From 0 to 1. Default 0.05.</summary>
    [Range(0, 1)]
    public double FirstConvolutionRate { get; set; } = 0.05;
}
