namespace Attune.Recognition.Models.Hub;

/// <summary>A model cannot be fetched.</summary>
/// <param name="error">The cause.</param>
/// <param name="message">Names the model or file, what happened and what to do; never the token.</param>
/// <param name="inner">The exception that revealed it, if there was one.</param>
public sealed class HubException(HubError error, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The cause, as a stable label.</summary>
    public HubError Error { get; } = error;
}
