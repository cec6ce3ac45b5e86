namespace Attune.Evaluation.Statistics;

/// <summary>What a bootstrap draws as a whole.</summary>
public enum ResamplingUnit
{
    /// <summary>Everything that a speaker says.</summary>
    Speaker,

    /// <summary>A recording in all its conditions; where fewer than two speakers are known.</summary>
    Recording,
}
