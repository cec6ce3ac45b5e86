namespace Attune.Adaptation.Checkpoints;

/// <summary>A checkpoint cannot be had.</summary>
/// <param name="error">The cause.</param>
/// <param name="message">Names the checkpoint, the rule and what to do.</param>
/// <param name="inner">The exception that revealed it, if there was one.</param>
public sealed class CheckpointException(CheckpointError error, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The cause, as a stable label.</summary>
    public CheckpointError Error { get; } = error;
}
