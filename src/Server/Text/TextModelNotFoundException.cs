namespace Attune.Server.Text;

/// <summary>No text model has the name of a request.</summary>
/// <param name="message">The name and those that there are, fit for the client.</param>
internal sealed class TextModelNotFoundException(string message) : Exception(message);
