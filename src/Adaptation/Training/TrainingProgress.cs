namespace Attune.Adaptation.Training;

/// <summary>How far a training is.</summary>
public sealed record TrainingProgress
{
    /// <summary>Optimizer steps taken.</summary>
    public required int Step { get; init; }

    /// <summary>Steps that there will be.</summary>
    public required int TotalSteps { get; init; }

    /// <summary>Epoch of the last batch, from 0.</summary>
    public required int Epoch { get; init; }

    /// <summary>Mean loss per symbol since the last report; NaN if there was no step.</summary>
    public required double Loss { get; init; }

    /// <summary>Mean norm of the gradients since the last report.</summary>
    public required double GradientNorm { get; init; }

    /// <summary>Rate of the last step.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Audio heard since the start, repetitions included.</summary>
    public required TimeSpan Heard { get; init; }

    /// <summary>Seconds of audio trained on in a second since the last report, validation not counted.</summary>
    public required double Throughput { get; init; }

    /// <summary>Time that the remaining steps will take at that pace.</summary>
    public required TimeSpan Remaining { get; init; }

    /// <summary>Results of the last validation, set by set; empty before the first.</summary>
    public required IReadOnlyList<ValidationResult> Validation { get; init; }

    /// <summary>Whether <see cref="Validation"/> was measured at this very step.</summary>
    public required bool IsValidation { get; init; }
}
