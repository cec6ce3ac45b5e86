namespace Attune.Adaptation;

/// <summary>When a piece of work is wanted, whose it is, and what it will probably cost: what decides its turn.</summary>
/// <param name="Budget">Time from now until it is worthless; null for no limit.</param>
/// <param name="Flow">Whose work it is, such as a domain; null for all work that names nobody.</param>
/// <param name="Cost">Time that it will probably take; zero if that is not known.</param>
public readonly record struct WorkTerms(TimeSpan? Budget = null, string? Flow = null, TimeSpan Cost = default);
