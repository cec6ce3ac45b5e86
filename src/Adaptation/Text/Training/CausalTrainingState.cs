using Attune.Adaptation.Training;

namespace Attune.Adaptation.Text.Training;

/// <summary>Where a training of a causal model stands.</summary>
internal sealed record CausalTrainingState : ResumableState
{
    /// <summary>Fewest bits per byte of held-back text so far; null before the first validation.</summary>
    public double? BestBitsPerByte { get; set; }

    /// <summary>Step of the fewest.</summary>
    public int BestStep { get; set; }
}
