namespace Attune.Recognition.Models;

/// <summary>A model folder, or a file in it, cannot be used.</summary>
/// <param name="error">The cause.</param>
/// <param name="message">Names the file, the rule, the value found and what to do.</param>
/// <param name="inner">The exception that revealed it, if there was one.</param>
public sealed class ModelException(ModelError error, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The cause, as a stable label.</summary>
    public ModelError Error { get; } = error;
}
