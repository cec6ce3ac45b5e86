namespace Attune.Cli.Evaluation;

/// <summary>Why an evaluation cannot be done: a file, a noise or a journal; the message says what to do.</summary>
internal sealed class EvaluationException(string message, Exception? inner = null) : Exception(message, inner);
