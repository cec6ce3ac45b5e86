namespace Attune.Server.Replay;

/// <summary>A final as it was served, and as it was recomputed.</summary>
/// <param name="FinalId">Identifies it.</param>
/// <param name="Time">When it was served.</param>
/// <param name="Duration">Length of the utterance.</param>
/// <param name="ModelName">The model that recognised.</param>
/// <param name="ModelSha256">Its hash.</param>
/// <param name="ParameterSet">What adaptation may change.</param>
/// <param name="Steps">Gradient steps that were run.</param>
/// <param name="LearningRate">Of each.</param>
/// <param name="Served">What the record says.</param>
/// <param name="Recomputed">What came out now.</param>
/// <param name="ServedOn">Processor of the server; null if its system did not say.</param>
/// <param name="RecomputedOn">Processor of this machine, likewise.</param>
/// <remarks>Immutable. Personal data.</remarks>
public sealed record ReplayedFinal(
    string FinalId,
    DateTimeOffset Time,
    TimeSpan Duration,
    string ModelName,
    string ModelSha256,
    string ParameterSet,
    int Steps,
    double LearningRate,
    ReplayedOutput Served,
    ReplayedOutput Recomputed,
    string? ServedOn,
    string? RecomputedOn)
{
    /// <summary>Whether both are the same, every number to its last bit.</summary>
    public bool IsEqual => Served == Recomputed;
}

/// <summary>What recognition gave.</summary>
/// <param name="Final">The final's text.</param>
/// <param name="Draft">The draft's.</param>
/// <param name="Revision">Number of the revision that served it; 0 for the model itself.</param>
/// <param name="Confidence">The final's.</param>
/// <param name="LossBefore">Loss of the draft; null if no step was run.</param>
/// <param name="LossAfter">Loss of the adapted weights; null if no step was run.</param>
public sealed record ReplayedOutput(string Final, string Draft, long Revision, double Confidence, double? LossBefore, double? LossAfter);
