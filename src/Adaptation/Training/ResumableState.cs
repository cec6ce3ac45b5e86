namespace Attune.Adaptation.Training;

/// <summary>What every training must know to go on, beside its tensors.</summary>
internal abstract record ResumableState
{
    /// <summary>What the training belongs to: source model, parameters, data, and options but for its length.</summary>
    public required string Identity { get; init; }

    /// <summary>Optimizer steps taken.</summary>
    public int Step { get; set; }

    /// <summary>Of these, steps that the optimizer took; a step with a gradient that is no number changes nothing.</summary>
    public int OptimizerSteps { get; set; }
}
