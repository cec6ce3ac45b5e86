using Attune.Adaptation.Buffering;
using StackExchange.Redis;

namespace Attune.Server.State;

/// <summary>The utterances of a scope's domains in the store.</summary>
/// <remarks>Thread-safe. All methods throw <see cref="StateUnavailableException"/>.</remarks>
internal sealed class UtteranceStore(StateConnection connection, StateScope scope, StateOptions options)
{
    private readonly RedisKeys _keys = scope.Keys;
    private readonly LargeValues _values = new(connection);

    /// <summary>Stores an utterance. Done twice, it counts once.</summary>
    /// <param name="stored">The utterance.</param>
    /// <param name="learns">Whether its domain may learn from it; if not it is kept for inspection alone.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task AppendAsync(StoredUtterance stored, bool learns, CancellationToken cancellationToken)
    {
        var (domain, id) = (stored.Utterance.Domain, stored.Utterance.Id);
        var bytes = UtteranceFormat.ToBytes(stored);
        await _values.WriteAsync(_keys.Utterance(domain, id), bytes, options.UtteranceExpiry, mayStay: false, cancellationToken);

        RedisKey[] touched = [_keys.Head(domain), _keys.Waiting(domain), _keys.Utterances(domain), _keys.Ready, RedisKeys.Turn, _keys.Domains];
        RedisValue[] values =
        [
            domain, id, stored.Utterance.Time.ToUnixTimeMilliseconds(), options.UtterancesPerDomain, learns ? scope.RoundSize : 0,
        ];
        var old = (RedisValue[])(await connection.WriteAsync(
            database => database.ScriptEvaluateAsync(StateScripts.Append, touched, values), cancellationToken))!;
        await _values.DeleteAsync(old.Select(number => _keys.Utterance(domain, number.ToString())), cancellationToken);
    }

    /// <summary>One utterance; null if it expired, was deleted, or never was.</summary>
    /// <exception cref="InvalidDataException">Its bytes are damaged.</exception>
    public async Task<StoredUtterance?> ReadAsync(string domain, string id, CancellationToken cancellationToken) =>
        await _values.ReadAsync(_keys.Utterance(domain, id), cancellationToken) is { } bytes
            ? UtteranceFormat.Read(bytes)
            : null;

    /// <summary>The domains that have enough utterances for an update, the one first that has waited longest for its turn.</summary>
    public async Task<IReadOnlyList<string>> ReadyDomainsAsync(int count, CancellationToken cancellationToken)
    {
        var names = await connection.RunAsync(database => database.SortedSetRangeByRankAsync(_keys.Ready, 0, count - 1), cancellationToken);
        return [.. names.Select(name => name.ToString())];
    }

    /// <summary>The oldest utterances that wait. Those whose bytes are gone or damaged are given up.</summary>
    /// <param name="domain">The domain.</param>
    /// <param name="count">How many are wanted.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>So many in order, or none if there are fewer.</returns>
    public async Task<IReadOnlyList<BufferedUtterance>> WaitingAsync(string domain, int count, CancellationToken cancellationToken)
    {
        while (true)
        {
            var ids = await connection.RunAsync(database => database.ListRangeAsync(_keys.Waiting(domain), 0, count - 1), cancellationToken);
            var found = new List<BufferedUtterance>();
            var lost = new List<string>();
            foreach (var id in ids.Select(id => id.ToString()))
            {
                if (await TryReadAsync(domain, id, cancellationToken) is { } utterance) found.Add(utterance);
                else lost.Add(id);
            }

            if (found.Count == count) return found;
            var waiting = await DropAsync(domain, count, lost, cancellationToken);
            if (waiting < count || lost.Count == 0) return [];
        }
    }

    /// <summary>Ids of all that waits, the oldest first.</summary>
    public async Task<IReadOnlyList<string>> WaitingIdsAsync(string domain, CancellationToken cancellationToken)
    {
        var ids = await connection.RunAsync(database => database.ListRangeAsync(_keys.Waiting(domain)), cancellationToken);
        return [.. ids.Select(id => id.ToString())];
    }

    /// <summary>Has what was learnt from once be learnt from again, with the next change of the domain that leaves enough waiting.</summary>
    public Task QueueAgainAsync(string domain, IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        RedisValue[] values = [.. ids.Select(id => (RedisValue)id)];
        return values.Length == 0 ? Task.CompletedTask : connection.RunAsync(database => database.ListRightPushAsync(_keys.Waiting(domain), values), cancellationToken);
    }

    private async Task<BufferedUtterance?> TryReadAsync(string domain, string id, CancellationToken cancellationToken)
    {
        try
        {
            return (await ReadAsync(domain, id, cancellationToken))?.Utterance;
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    /// <summary>Gives up some of what waits. A domain for which less is left than an update takes is no longer ready.</summary>
    /// <param name="domain">The domain.</param>
    /// <param name="count">What an update takes.</param>
    /// <param name="ids">What is given up.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>How many wait then.</returns>
    public async Task<long> DropAsync(string domain, int count, IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        RedisKey[] touched = [_keys.Head(domain), _keys.Waiting(domain), _keys.Ready];
        RedisValue[] values = [domain, count, .. ids.Select(id => (RedisValue)id)];
        return (long)await connection.RunAsync(database => database.ScriptEvaluateAsync(StateScripts.Drop, touched, values), cancellationToken);
    }
}
