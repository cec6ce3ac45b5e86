using Attune.Adaptation.Training;

namespace Attune.Cli.Training;

/// <summary>What <c>attune train</c> or <c>attune finetune</c> was asked to do; every value is valid.</summary>
internal sealed record TrainingSettings
{
    /// <summary>Folder of the model to fine-tune; null for a new one.</summary>
    public string? Model { get; init; }

    /// <summary>Folder that describes the new model; null for fine-tuning.</summary>
    public string? Config { get; init; }

    /// <summary>What is trained on.</summary>
    public required IReadOnlyList<WeightedManifest> Manifests { get; init; }

    /// <summary>Manifests to measure; the first decides which weights are the best.</summary>
    public required IReadOnlyList<string> Validation { get; init; }

    /// <summary>Manifest of what must not be forgotten; null for none.</summary>
    public string? Guard { get; init; }

    /// <summary>Folder or manifest of noises; null for none.</summary>
    public string? Noise { get; init; }

    /// <summary>Folder to write.</summary>
    public required string Output { get; init; }

    /// <summary>Whether a checkpoint is thrown away.</summary>
    public bool Restart { get; init; }

    /// <summary>Whether bad lines are left out.</summary>
    public bool SkipInvalid { get; init; }

    /// <summary>Longer recordings are left out.</summary>
    public required TimeSpan Longest { get; init; }

    /// <summary>Most that a batch lasts.</summary>
    public required TimeSpan BatchDuration { get; init; }

    /// <summary>How to train.</summary>
    public required TrainingOptions Options { get; init; }

    /// <summary>How recordings are varied.</summary>
    public required AugmentationOptions Augmentation { get; init; }

    /// <summary>What changes, and what holds it.</summary>
    public FineTuningOptions FineTuning { get; init; } = new();

    /// <summary>Folder of low-rank additions that training goes on from; null for none.</summary>
    public string? Adapter { get; init; }

    /// <summary>Manifest whose Fisher information weighs the pull; null for equal weights.</summary>
    public string? Fisher { get; init; }

    /// <summary>Manifest mixed in against forgetting; null for none.</summary>
    public string? Replay { get; init; }

    /// <summary>Replayed utterances for each new one.</summary>
    public double ReplayRatio { get; init; }

    /// <summary>Whether the source model's own transcripts take the place of the replayed manifest's.</summary>
    public bool SourceTranscripts { get; init; }

    /// <summary>For the card.</summary>
    public string? Language { get; init; }

    /// <summary>For the card.</summary>
    public string? License { get; init; }

    /// <summary>The command line, for the card.</summary>
    public required string Command { get; init; }
}
