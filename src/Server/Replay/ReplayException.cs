namespace Attune.Server.Replay;

/// <summary>Why a final cannot be recomputed.</summary>
public enum ReplayError
{
    /// <summary>The text is no id of a final.</summary>
    NotAnId,

    /// <summary>What it was recognised from is not stored, no longer, or damaged.</summary>
    NotStored,

    /// <summary>Another model recognised it.</summary>
    OtherModel,

    /// <summary>The store cannot be reached or used.</summary>
    StoreUnavailable,
}

/// <summary>A final cannot be recomputed.</summary>
/// <param name="error">The cause.</param>
/// <param name="message">What was found, and what to do.</param>
/// <param name="inner">The exception that revealed it, if there was one.</param>
public sealed class ReplayException(ReplayError error, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The cause.</summary>
    public ReplayError Error { get; } = error;
}
