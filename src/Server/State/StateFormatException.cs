namespace Attune.Server.State;

/// <summary>What is stored has a format that this server must not touch.</summary>
/// <param name="message">The rule, the number found, and what to do.</param>
internal sealed class StateFormatException(string message) : Exception(message);
