namespace Attune.Adaptation.Text.Editing;

/// <summary>An edit cannot be made or undone. The message says the rule, what was given, and what to do.</summary>
/// <param name="error">The cause.</param>
/// <param name="message">For the user.</param>
/// <param name="inner">What lies behind it; null for nothing.</param>
public sealed class EditException(EditError error, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The cause.</summary>
    public EditError Error { get; } = error;
}
