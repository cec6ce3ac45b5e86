using Attune.Adaptation.Training;

namespace Attune.Adaptation.Text.Training;

/// <summary>Where a training of a causal model stands.</summary>
internal sealed record CausalTrainingState : ResumableState
{
    /// <summary>Lowest loss on the set that decides so far; null before the first validation.</summary>
    public double? BestLoss { get; set; }

    /// <summary>Step of the weights that the output folder has.</summary>
    public int BestStep { get; set; }
}
