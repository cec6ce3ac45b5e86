namespace Attune.Adaptation.Revisions;

/// <summary>Bytes cannot be used as a revision.</summary>
/// <param name="error">The cause.</param>
/// <param name="message">The rule, what was found, and what to do.</param>
/// <param name="inner">The exception that revealed it, if there was one.</param>
public sealed class RevisionException(RevisionError error, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The cause, as a stable label.</summary>
    public RevisionError Error { get; } = error;
}
