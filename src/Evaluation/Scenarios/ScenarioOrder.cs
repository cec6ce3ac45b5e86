namespace Attune.Evaluation.Scenarios;

/// <summary>How conditions follow each other.</summary>
public enum ScenarioOrder
{
    /// <summary>Each condition is a stream of its own.</summary>
    Each,

    /// <summary>One segment in each condition, in order.</summary>
    Sequence,

    /// <summary>Segments in the conditions in order, over and over.</summary>
    Cycle,

    /// <summary>A condition drawn for each segment, the same for all conditions likely; it may be the one before.</summary>
    Random,
}
