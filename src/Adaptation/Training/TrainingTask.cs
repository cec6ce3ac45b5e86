using Attune.Recognition.Models;

namespace Attune.Adaptation.Training;

/// <summary>Everything that a training needs.</summary>
public sealed record TrainingTask
{
    /// <summary>The model that training starts from; stays open until the training ends, and is not disposed.</summary>
    public required Model Source { get; init; }

    /// <summary>What is trained on.</summary>
    public required TrainingData Data { get; init; }

    /// <summary>
    /// Sets to measure. The first decides which weights are kept as the best; the others, such as the source's own domain, are only
    /// reported. Without any, the last weights are the best.
    /// </summary>
    public IReadOnlyList<ValidationSet> Validation { get; init; } = [];

    /// <summary>How.</summary>
    public required TrainingOptions Options { get; init; }

    /// <summary>Which parameters, and what holds them.</summary>
    public FineTuningOptions FineTuning { get; init; } = new();

    /// <summary>
    /// Low-rank additions that training goes on from; <see cref="FineTuning"/> has their rank, alpha and targets. Null to start from the
    /// model itself.
    /// </summary>
    public LoraAdapter? Adapter { get; init; }

    /// <summary>Utterances of the source's domain whose Fisher information weighs the pull towards it; null for equal weights.</summary>
    public IReadOnlyList<TrainingUtterance>? Fisher { get; init; }

    /// <summary>
    /// Folder of the best model. A folder <c>training</c> in it has the checkpoint, <c>learning-curve.csv</c> and the last model.
    /// </summary>
    public required string OutputFolder { get; init; }

    /// <summary>For the model's card.</summary>
    public required ModelCard Card { get; init; }
}
