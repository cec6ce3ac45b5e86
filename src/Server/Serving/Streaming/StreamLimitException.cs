namespace Attune.Server.Serving.Streaming;

/// <summary>A limit of <see cref="StreamOptions"/> ends or refuses a stream.</summary>
/// <param name="row">How the client is answered.</param>
/// <param name="message">The limit and what to do, fit for the client.</param>
internal sealed class StreamLimitException(StatusRow row, string message) : Exception(message)
{
    public StatusRow Row { get; } = row;
}
