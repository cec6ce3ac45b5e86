namespace Attune.Text.Generation;

/// <summary>Why a text ended.</summary>
public enum FinishReason
{
    /// <summary>It has not yet.</summary>
    None,

    /// <summary>The model ended it.</summary>
    EndOfText,

    /// <summary>It has as many tokens as were asked for.</summary>
    MaxTokens,

    /// <summary>A stop string would have followed.</summary>
    StopString,

    /// <summary>The model reads no more tokens at once.</summary>
    ContextFull,
}
