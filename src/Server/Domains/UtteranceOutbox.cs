using System.Threading.Channels;
using Attune.Server.State;

namespace Attune.Server.Domains;

/// <summary>What serving tells the store. Requests put it here and never wait.</summary>
/// <param name="Reader">The domains of the model that served, which may be another by the time that this is stored.</param>
internal abstract record OutboxItem(DomainReader Reader)
{
    /// <summary>An utterance that was served, and whether its domain may learn from it.</summary>
    internal sealed record Served(DomainReader Reader, StoredUtterance Utterance, bool Learns) : OutboxItem(Reader);

    /// <summary>A revision was found collapsed.</summary>
    internal sealed record Collapsed(DomainReader Reader, string Domain, long Revision) : OutboxItem(Reader);
}

/// <summary>A bounded queue of what is still to be stored, which goes on as soon as the store can be reached.</summary>
/// <remarks>Any number of writers; one reader, so that a domain's utterances keep their order.</remarks>
internal sealed partial class UtteranceOutbox(StateOptions options, TimeProvider time, ILogger<UtteranceOutbox> logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly Channel<OutboxItem> _queue = Channel.CreateBounded<OutboxItem>(
        new BoundedChannelOptions(options.QueueCapacity) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private long _refused;
    private long _stored;

    /// <summary>What waits.</summary>
    public int Waiting => _queue.Reader.Count;

    /// <summary>What found no room.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>What was stored.</summary>
    public long Stored => Interlocked.Read(ref _stored);

    /// <summary>Puts something in the queue; false if it is full.</summary>
    public bool TryAdd(OutboxItem item)
    {
        if (_queue.Writer.TryWrite(item)) return true;
        if (Interlocked.Increment(ref _refused) == 1) Log.Full(logger, options.QueueCapacity);
        return false;
    }

    /// <summary>Nothing comes any more.</summary>
    public void Complete() => _queue.Writer.TryComplete();

    /// <summary>Stores what comes until the queue is complete and empty, however long the store is away, or until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await foreach (var item in _queue.Reader.ReadAllAsync(cancellationToken))
        {
            while (!await TryStoreAsync(item, cancellationToken)) await Task.Delay(Pause, time, cancellationToken);
            Interlocked.Increment(ref _stored);
        }
    }

    private async Task<bool> TryStoreAsync(OutboxItem item, CancellationToken cancellationToken)
    {
        try
        {
            if (item is OutboxItem.Served served) await item.Reader.Stores.Utterances.AppendAsync(served.Utterance, served.Learns, cancellationToken);
            else if (item is OutboxItem.Collapsed collapsed) await item.Reader.ResetAsync(collapsed.Domain, collapsed.Revision, ResetReason.Collapsed, cancellationToken);
            return true;
        }
        catch (StateUnavailableException)
        {
            return false;
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            Log.Lost(logger, exception); // it would fail again, and hold up everything behind it
            return true;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "{Capacity} utterances wait for the store; further ones are recognised but not learnt from")]
        public static partial void Full(ILogger logger, int capacity);

        [LoggerMessage(2, LogLevel.Error, "An utterance could not be stored")]
        public static partial void Lost(ILogger logger, Exception exception);
    }
}
