namespace Attune.Server.Serving.Streaming;

/// <summary>The protocol of one stream: its messages read and written.</summary>
internal interface IStreamDoor
{
    /// <summary>Reads the configuration, which comes first.</summary>
    /// <exception cref="InvalidRequestException">It is missing or wrong.</exception>
    Task<StreamJob> ReadJobAsync(CancellationToken cancellationToken);

    /// <summary>Reads the next message; null at the end. Not called again before the result is there.</summary>
    /// <exception cref="InvalidRequestException">The message is not allowed here.</exception>
    Task<StreamInput?> ReadAsync(CancellationToken cancellationToken);

    /// <summary>Sends an answer. Not called again before it is sent.</summary>
    Task SendAsync(StreamAnswer answer, StreamJob job, CancellationToken cancellationToken);
}
