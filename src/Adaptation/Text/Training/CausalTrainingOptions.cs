using System.ComponentModel.DataAnnotations;
using Attune.Adaptation.Training;

namespace Attune.Adaptation.Text.Training;

/// <summary>How a causal model is trained.</summary>
public sealed record CausalTrainingOptions
{
    /// <summary>Decides initial weights and which windows are read. From 0. Default 1.</summary>
    [Range(0, int.MaxValue)]
    public int Seed { get; set; } = 1;

    /// <summary>Optimizer steps of the whole training. From 1. Default 1000.</summary>
    [Range(1, int.MaxValue)]
    public int Steps { get; set; } = 1000;

    /// <summary>Windows of one step. From 1 to 1024. Default 16.</summary>
    [Range(1, 1024)]
    public int BatchSize { get; set; } = 16;

    /// <summary>Tokens of a window; the model's context if that is shorter. From 2 to 65,536. Default 128.</summary>
    [Range(2, 65_536)]
    public int WindowTokens { get; set; } = 128;

    /// <summary>Optimizer and learning rate.</summary>
    public OptimizerOptions Optimizer { get; set; } = new();

    /// <summary>Steps between two validations, each with a checkpoint; there is one at the end in any case. From 1. Default 100.</summary>
    [Range(1, int.MaxValue)]
    public int ValidationInterval { get; set; } = 100;

    /// <summary>Threads of libtorch; 0 for one per processor. Default 0.</summary>
    [Range(0, 1024)]
    public int Threads { get; set; }
}
