namespace Attune.Server.Serving;

/// <summary>A request came after the server was told to stop.</summary>
internal sealed class StoppingException() : Exception("The server is stopping. Try again, best at another replica.");
