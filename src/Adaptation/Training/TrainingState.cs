namespace Attune.Adaptation.Training;

/// <summary>Where a training stands, beside its tensors.</summary>
/// <remarks>Random states are no part of it: everything that is drawn depends on the seed and on these numbers (see SeededRandom).</remarks>
internal sealed record TrainingState : ResumableState
{
    /// <summary>Type of the computation, never Auto: what goes on must not depend on how busy the machine was when it was asked.</summary>
    public ComputePrecision Precision { get; set; }

    /// <summary>Steps that the training was to have.</summary>
    public int TotalSteps { get; set; }

    /// <summary>The step from which the learning rate falls.</summary>
    public double PlateauEnd { get; set; }

    /// <summary>The next batch.</summary>
    public DataPosition Next { get; set; }

    /// <summary>Audio heard.</summary>
    public double SecondsHeard { get; set; }

    /// <summary>Fewest word errors so far; null before the first validation.</summary>
    public double? BestWordErrorRate { get; set; }

    /// <summary>Character error rate at that step.</summary>
    public double BestCharacterErrorRate { get; set; }

    /// <summary>Step of the fewest word errors.</summary>
    public int BestStep { get; set; }

    /// <summary>Validations since then.</summary>
    public int ValidationsWithoutGain { get; set; }
}
