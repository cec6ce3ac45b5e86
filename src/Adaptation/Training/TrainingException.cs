namespace Attune.Adaptation.Training;

/// <summary>A training cannot start or go on.</summary>
/// <param name="message">The rule, what was found, and what to do.</param>
/// <param name="inner">What was caught, if the cause was an exception.</param>
public sealed class TrainingException(string message, Exception? inner = null) : Exception(message, inner);
