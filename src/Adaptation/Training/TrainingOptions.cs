using System.ComponentModel.DataAnnotations;

namespace Attune.Adaptation.Training;

/// <summary>How a model is trained.</summary>
public sealed class TrainingOptions
{
    /// <summary>Decides order, augmentation, masks, dropout and initial weights. From 0. Default 1.</summary>
    [Range(0, int.MaxValue)]
    public int Seed { get; set; } = 1;

    /// <summary>Times that the data is gone through, unless <see cref="MaxSteps"/> says otherwise. From 1. Default 10.</summary>
    [Range(1, 1_000_000)]
    public int Epochs { get; set; } = 10;

    /// <summary>Optimizer steps of the whole training; 0 for as many as <see cref="Epochs"/> have. Default 0.</summary>
    [Range(0, int.MaxValue)]
    public int MaxSteps { get; set; }

    /// <summary>Batches whose gradients are averaged for one step. From 1 to 1000. Default 1.</summary>
    [Range(1, 1000)]
    public int Accumulation { get; set; } = 1;

    /// <summary>Optimizer and learning rate.</summary>
    public OptimizerOptions Optimizer { get; set; } = new();

    /// <summary>Masks over features.</summary>
    public SpecAugmentOptions SpecAugment { get; set; } = new();

    /// <summary>Share of values zeroed in the projected features and in what each block adds. From 0 to 0.9. Default 0.</summary>
    [Range(0, 0.9)]
    public double Dropout { get; set; }

    /// <summary>Weight of the divergence from the uniform distribution. From 0 to 0.9. Default 0.</summary>
    [Range(0, 0.9)]
    public double LabelSmoothing { get; set; }

    /// <summary>Type of the computation. Default Auto.</summary>
    public ComputePrecision Precision { get; set; } = ComputePrecision.Auto;

    /// <summary>Threads of libtorch; 0 for one per processor. Resuming bit for bit needs the same number. Default 0.</summary>
    [Range(0, 1024)]
    public int Threads { get; set; }

    /// <summary>Steps between two reports and rows of the learning curve. From 1. Default 25.</summary>
    [Range(1, int.MaxValue)]
    public int ReportInterval { get; set; } = 25;

    /// <summary>Steps between two validations; there is one at the end in any case. From 1. Default 250.</summary>
    [Range(1, int.MaxValue)]
    public int ValidationInterval { get; set; } = 250;

    /// <summary>Steps between two checkpoints; there is one after each validation in any case. From 1. Default 250.</summary>
    [Range(1, int.MaxValue)]
    public int CheckpointInterval { get; set; } = 250;

    /// <summary>Validations in a row without a lower word error rate after which training ends; 0 for never. Default 0.</summary>
    [Range(0, int.MaxValue)]
    public int Patience { get; set; }

    /// <summary>The type that <see cref="Precision"/> comes to on this machine.</summary>
    /// <remarks>For Auto a small product is timed once for the process: of two processors with AVX512_BF16, whole steps took 1.3 times as long with it on one and 0.6 times on the other.</remarks>
    public ComputePrecision MachinePrecision => Precision switch
    {
        ComputePrecision.Auto => BFloat16Products.AreFaster ? ComputePrecision.BFloat16 : ComputePrecision.Float32,
        _ => Precision,
    };
}
