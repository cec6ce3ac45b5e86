namespace Attune.Adaptation.Checkpoints.Merging;

/// <summary>A merge cannot be done: the recipe is wrong, the models do not fit together, or the output cannot be written.</summary>
/// <param name="message">Names file, line or tensor, the rule, the value found and what to do.</param>
/// <param name="inner">The exception that revealed it, if there was one.</param>
public sealed class MergeException(string message, Exception? inner = null) : Exception(message, inner);
