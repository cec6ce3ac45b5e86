using Attune.Adaptation.Text.Examples;
using StackExchange.Redis;

namespace Attune.Server.State;

/// <summary>The examples of domains for one text model in the store.</summary>
/// <remarks>Thread-safe. All methods throw <see cref="StateUnavailableException"/>.</remarks>
/// <param name="connection">The store.</param>
/// <param name="keys">Of the model; asked when they are first needed, since its hash takes a while.</param>
/// <param name="capacity">Most examples of a domain.</param>
/// <param name="time">Clock of expiry.</param>
internal sealed class ExampleStore(StateConnection connection, Func<RedisKeys> keys, int capacity, TimeProvider time)
{
    private readonly LargeValues _values = new(connection);
    private readonly Lazy<RedisKeys> _keys = new(keys);

    /// <summary>Stores examples. Done twice, they count once.</summary>
    /// <param name="domain">Whose.</param>
    /// <param name="examples">The examples.</param>
    /// <param name="learning">Where the domain is to learn from them, if updates there use any.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task AddAsync(string domain, IReadOnlyList<EmbeddedExample> examples, StateScope learning, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        // Whoever deletes the domain finds the scope here.
        await connection.WriteAsync(database => database.SortedSetAddAsync(RedisKeys.Scopes, _keys.Value.Scope, 0), cancellationToken);
        foreach (var example in examples)
            await _values.WriteAsync(_keys.Value.Example(domain, example.Example.Id), ExampleFormat.ToBytes(example), example.Expires - now, mayStay: false, cancellationToken);

        var keys = learning.Keys;
        RedisKey[] touched = [_keys.Value.Examples(domain), keys.Head(domain), keys.Waiting(domain), keys.Ready, RedisKeys.Turn, keys.Domains];
        RedisValue[] values =
        [
            now.ToUnixTimeMilliseconds(), capacity, domain, learning.RoundSize, .. examples.SelectMany(example => new RedisValue[] { example.Expires.ToUnixTimeMilliseconds(), example.Example.Id }),
        ];
        var old = (RedisValue[])(await connection.WriteAsync(
            database => database.ScriptEvaluateAsync(StateScripts.AddExamples, touched, values), cancellationToken))!;
        await _values.DeleteAsync(old.Select(id => _keys.Value.Example(domain, id.ToString())), cancellationToken);
    }

    /// <summary>Ids of the examples that have not expired, with their ends, the one first that expires first.</summary>
    public async Task<IReadOnlyList<(string Id, DateTimeOffset Expires)>> ListAsync(string domain, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var entries = await connection.RunAsync(
            database => database.SortedSetRangeByScoreWithScoresAsync(_keys.Value.Examples(domain), now, double.PositiveInfinity, Exclude.Start), cancellationToken);
        return [.. entries.Select(entry => (entry.Element.ToString(), DateTimeOffset.FromUnixTimeMilliseconds((long)entry.Score)))];
    }

    /// <summary>One example; null if it expired, was deleted, or never was.</summary>
    /// <exception cref="InvalidDataException">Its bytes are damaged.</exception>
    public async Task<EmbeddedExample?> ReadAsync(string domain, string id, CancellationToken cancellationToken) =>
        await _values.ReadAsync(_keys.Value.Example(domain, id), cancellationToken) is { } bytes ? ExampleFormat.Read(id, bytes) : null;

    /// <summary>Deletes some examples, and what was made of them for other weights that have served in the model's place.</summary>
    /// <returns>How many there were of them.</returns>
    public async Task<long> DeleteAsync(string domain, IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        var count = 0L;
        foreach (var scope in (await ScopesAsync(cancellationToken)).Append(_keys.Value.Scope).Distinct())
        {
            var keys = new RedisKeys(scope);
            var deleted = await connection.RunAsync(database => database.SortedSetRemoveAsync(keys.Examples(domain), [.. ids.Select(id => (RedisValue)id)]), cancellationToken);
            await _values.DeleteAsync(ids.Select(id => keys.Example(domain, id)), cancellationToken);
            if (scope == _keys.Value.Scope) count = deleted;
        }

        return count;
    }

    /// <summary>Deletes all examples of a domain, in the same way.</summary>
    /// <returns>How many there were.</returns>
    public async Task<long> DeleteAsync(string domain, CancellationToken cancellationToken)
    {
        var ids = await connection.RunAsync(database => database.SortedSetRangeByRankAsync(_keys.Value.Examples(domain)), cancellationToken);
        return ids.Length == 0 ? 0 : await DeleteAsync(domain, [.. ids.Select(id => id.ToString())], cancellationToken);
    }

    /// <summary>Domains of all tenants that may have examples.</summary>
    public async Task<IReadOnlyCollection<string>> DomainsAsync(CancellationToken cancellationToken)
    {
        // Whoever was given an example is a domain of the speech model that served then.
        var domains = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var scope in await ScopesAsync(cancellationToken))
        {
            var listed = await connection.RunAsync(database => database.SortedSetRangeByRankAsync(new RedisKeys(scope).Domains), cancellationToken);
            domains.UnionWith(listed.Select(domain => domain.ToString()));
        }

        return domains;
    }

    /// <summary>Deletes all examples of a domain for one model.</summary>
    /// <returns>How many there were.</returns>
    public static async Task<long> DeleteAsync(StateConnection connection, RedisKeys keys, string domain, CancellationToken cancellationToken)
    {
        var ids = await connection.RunAsync(database => database.SortedSetRangeByRankAsync(keys.Examples(domain)), cancellationToken);
        if (ids.Length == 0) return 0;
        await new LargeValues(connection).DeleteAsync(ids.Select(id => keys.Example(domain, id.ToString())), cancellationToken);
        // Only those whose bytes are gone: one that was added meanwhile stays whole.
        return await connection.RunAsync(database => database.SortedSetRemoveAsync(keys.Examples(domain), ids), cancellationToken);
    }

    private async Task<IEnumerable<string>> ScopesAsync(CancellationToken cancellationToken)
    {
        var scopes = await connection.RunAsync(database => database.SortedSetRangeByRankAsync(RedisKeys.Scopes), cancellationToken);
        return scopes.Select(scope => scope.ToString());
    }
}
