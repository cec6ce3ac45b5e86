namespace Attune.Adaptation.Training;

/// <summary>What a training of low-rank additions writes.</summary>
public enum LoraExport
{
    /// <summary>A whole model with the additions added to its weights.</summary>
    Merged,

    /// <summary>The additions alone, as a <see cref="LoraAdapter"/>.</summary>
    Adapter,
}
