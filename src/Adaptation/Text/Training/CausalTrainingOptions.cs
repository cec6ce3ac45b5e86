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

    /// <summary>Windows, answers or preferences of one step. From 1 to 1024. Default 16.</summary>
    [Range(1, 1024)]
    public int BatchSize { get; set; } = 16;

    /// <summary>Optimizer and learning rate.</summary>
    public OptimizerOptions Optimizer { get; set; } = new();

    /// <summary>Steps between two validations, each with a checkpoint; there is one at the end in any case. From 1. Default 100.</summary>
    [Range(1, int.MaxValue)]
    public int ValidationInterval { get; set; } = 100;

    /// <summary>Threads of libtorch; 0 for one per processor. Default 0.</summary>
    [Range(0, 1024)]
    public int Threads { get; set; }
}
