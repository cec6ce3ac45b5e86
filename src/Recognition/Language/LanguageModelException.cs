namespace Attune.Recognition.Language;

/// <summary>A language model, or the text for one, cannot be used. The message names file, line, rule and value.</summary>
public sealed class LanguageModelException(string message, Exception? inner = null) : Exception(message, inner);
