using Attune.Adaptation.Training;
using Attune.Text.Models;

namespace Attune.Adaptation.Text.Training;

/// <summary>Everything that the training of a causal model needs.</summary>
public sealed record CausalTrainingTask
{
    /// <summary>The model that training starts from; stays open until the training ends, and is not disposed.</summary>
    public required TextModel Source { get; init; }

    /// <summary>What is trained on.</summary>
    public required CausalData Data { get; init; }

    /// <summary>What is trained on beside it, so that it is not forgotten; null for nothing.</summary>
    public CausalData? Replay { get; init; }

    /// <summary>Weight of the replay's loss, and examples of it for each new one, at least one a step. Above 0. Default 1.</summary>
    public double ReplayRatio { get; init; } = 1;

    /// <summary>What is measured. The first that is no guard decides which weights are the best; without one, the last weights are.</summary>
    public IReadOnlyList<CausalSet> Validation { get; init; } = [];

    /// <summary>How.</summary>
    public required CausalTrainingOptions Options { get; init; }

    /// <summary>Which parameters, and what holds them.</summary>
    public FineTuningOptions FineTuning { get; init; } = new();

    /// <summary>
    /// Low-rank additions that training goes on from; <see cref="FineTuning"/> has their rank, alpha and targets. Null to start from the
    /// model itself.
    /// </summary>
    public LoraAdapter? Adapter { get; init; }

    /// <summary>Examples of what the source knows, whose Fisher information weighs the pull towards it; null for equal weights.</summary>
    public IReadOnlyList<CausalExample>? Fisher { get; init; }

    /// <summary>Folder of the best model, not the source's own. A folder <c>training</c> in it has the checkpoint and <c>learning-curve.csv</c>.</summary>
    public required string OutputFolder { get; init; }

    /// <summary>For the model's card; null for none.</summary>
    public CausalCard? Card { get; init; }
}
