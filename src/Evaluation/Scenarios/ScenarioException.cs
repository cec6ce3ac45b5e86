namespace Attune.Evaluation.Scenarios;

/// <summary>A scenario file that cannot be used; the message names file, line, rule and value.</summary>
public sealed class ScenarioException(string message, Exception? inner = null) : Exception(message, inner);
