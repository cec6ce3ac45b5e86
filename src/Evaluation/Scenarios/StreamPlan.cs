namespace Attune.Evaluation.Scenarios;

/// <summary>Utterances in the order in which a domain hears them.</summary>
/// <param name="Name">The scenario, and the condition where it has a stream for each: <c>white@10</c>, <c>sudden-100</c>, <c>single/clean</c>.</param>
/// <param name="Positions">At least one.</param>
public sealed record StreamPlan(string Name, IReadOnlyList<StreamPosition> Positions);
