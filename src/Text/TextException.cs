namespace Attune.Text;

/// <summary>A text cannot be used. The message says the rule, what was given, and what to do.</summary>
/// <param name="error">The cause.</param>
/// <param name="message">For the user.</param>
public sealed class TextException(TextError error, string message) : Exception(message)
{
    /// <summary>The cause.</summary>
    public TextError Error { get; } = error;
}
