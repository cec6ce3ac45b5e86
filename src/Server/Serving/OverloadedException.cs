namespace Attune.Server.Serving;

/// <summary>The server has as many requests as it takes.</summary>
/// <param name="message">The limit, fit for the client.</param>
internal sealed class OverloadedException(string message) : Exception(message);
