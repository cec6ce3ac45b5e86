using Google.Protobuf;

namespace Attune.Server.Serving.Streaming;

/// <summary>Waits for a client's messages, but not for ever.</summary>
/// <param name="options">Limits.</param>
/// <param name="time">Their clock; the stream's time counts from now.</param>
/// <param name="stopping">Cancelled when the server stops.</param>
internal sealed class StreamTimeouts(StreamOptions options, TimeProvider time, CancellationToken stopping)
{
    private readonly long _started = time.GetTimestamp();

    /// <summary>Waits for a message that is being read.</summary>
    /// <exception cref="StreamLimitException">The stream was idle too long, or lasts too long.</exception>
    /// <exception cref="StoppingException">The server stops.</exception>
    /// <exception cref="ClientGoneException">There is nobody to read from any more.</exception>
    public async Task<T> WaitAsync<T>(Task<T> message, CancellationToken cancellationToken)
    {
        if (message.IsCompletedSuccessfully && !stopping.IsCancellationRequested && time.GetElapsedTime(_started) < options.MaxDuration)
            return await message;
        var left = options.MaxDuration - time.GetElapsedTime(_started);
        if (left <= TimeSpan.Zero) throw TooLong();
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stopping);
        try
        {
            return await message.WaitAsync(left < options.IdleTimeout ? left : options.IdleTimeout, time, ending.Token);
        }
        catch (TimeoutException) when (left < options.IdleTimeout)
        {
            throw TooLong();
        }
        catch (TimeoutException)
        {
            throw new StreamLimitException(
                StatusTable.StreamIdle,
                $"A message must come at least every {options.IdleTimeout.TotalSeconds:0.###} s ({StreamOptions.Section}:{nameof(options.IdleTimeout)}), "
                + "and none came. Send audio, or keep-alive messages while there is none.");
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new StoppingException();
        }
        catch (Exception exception) when (exception is IOException and not InvalidProtocolBufferException || (exception is InvalidOperationException && cancellationToken.IsCancellationRequested))
        {
            throw new ClientGoneException(exception); // a stream that its client resets cannot be read any more, and the call's token is cancelled before or after that
        }
    }

    /// <summary>Sends a message, unless the client does not read for too long.</summary>
    /// <exception cref="StreamLimitException">It does not.</exception>
    public async Task SendAsync(Func<CancellationToken, Task> send, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(options.WriteTimeout, time);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            await send(ending.Token);
        }
        catch (Exception exception) when (patience.IsCancellationRequested && !cancellationToken.IsCancellationRequested && exception is not StreamLimitException)
        {
            throw new StreamLimitException(
                StatusTable.SlowReader,
                $"Answers must be read within {options.WriteTimeout.TotalSeconds:0.###} s ({StreamOptions.Section}:{nameof(options.WriteTimeout)}). Read faster.");
        }
    }

    private StreamLimitException TooLong() => new(
        StatusTable.StreamTooLong,
        $"A stream may last {options.MaxDuration.TotalSeconds:0.###} s ({StreamOptions.Section}:{nameof(options.MaxDuration)}). Go on in another one.");
}
