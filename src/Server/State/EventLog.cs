using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Attune.Server.State;

/// <summary>What happened to the domains of a scope, in order.</summary>
/// <remarks>
/// Watchers are woken by pub/sub and read the log itself, so that a message that got lost delays an event but never hides it. Thread-safe.
/// </remarks>
internal sealed class EventLog(StateConnection connection, StateScope scope, TimeProvider time)
{
    private readonly RedisKeys _keys = scope.Keys;

    private const int Page = 256;

    /// <summary>Time after which the log is read even if nobody said that it grew.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Id of the newest event; 0 if there never was one.</summary>
    /// <exception cref="StateUnavailableException">The store cannot be reached.</exception>
    public async Task<long> LastIdAsync(CancellationToken cancellationToken) =>
        (long)await connection.RunAsync(database => database.StringGetAsync(_keys.EventId), cancellationToken);

    /// <summary>Events after a given id, the oldest first.</summary>
    /// <exception cref="StateUnavailableException">The store cannot be reached.</exception>
    public async Task<IReadOnlyList<DomainEvent>> ReadAsync(long afterId, int count, CancellationToken cancellationToken)
    {
        var entries = await connection.RunAsync(
            database => database.SortedSetRangeByScoreAsync(_keys.Events, afterId, double.PositiveInfinity, StackExchange.Redis.Exclude.Start, take: count),
            cancellationToken);
        return [.. entries.Select(entry => DomainEvent.Parse(entry)).OfType<DomainEvent>()];
    }

    /// <summary>Events after a given id, those that are still to come included, until cancelled. While the store cannot be reached there are none.</summary>
    public async IAsyncEnumerable<DomainEvent> WatchAsync(long afterId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var woken = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        using var subscription = await connection.SubscribeAsync(_keys.EventChannel, () => woken.Writer.TryWrite(true));
        while (true)
        {
            var events = await TryReadAsync(afterId, cancellationToken);
            foreach (var item in events)
            {
                afterId = item.Id;
                yield return item;
            }

            if (events.Count == Page || await IsWokenAsync(woken.Reader, cancellationToken)) continue;
            if (await TryLastIdAsync(afterId, cancellationToken) < afterId) afterId = 0; // a store that lost its data begins anew
        }
    }

    private async Task<IReadOnlyList<DomainEvent>> TryReadAsync(long afterId, CancellationToken cancellationToken)
    {
        try
        {
            return await ReadAsync(afterId, Page, cancellationToken);
        }
        catch (StateUnavailableException)
        {
            return [];
        }
    }

    private async Task<long> TryLastIdAsync(long otherwise, CancellationToken cancellationToken)
    {
        try
        {
            return await LastIdAsync(cancellationToken);
        }
        catch (StateUnavailableException)
        {
            return otherwise;
        }
    }

    private async Task<bool> IsWokenAsync(ChannelReader<bool> woken, CancellationToken cancellationToken)
    {
        try
        {
            await woken.WaitToReadAsync(cancellationToken).AsTask().WaitAsync(Patience, time, cancellationToken);
            return woken.TryRead(out _);
        }
        catch (TimeoutException)
        {
            return false;
        }
    }
}
