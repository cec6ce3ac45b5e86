using System.Globalization;
using System.Text.Json;
using StackExchange.Redis;

namespace Attune.Server.State;

/// <summary>The domains of a scope in the store.</summary>
/// <remarks>
/// A change starts from the version that was read and is refused if there is another by then, so that none gets lost. Thread-safe. All methods throw
/// <see cref="StateUnavailableException"/>.
/// </remarks>
internal sealed class DomainStore(StateConnection connection, StateScope scope, StateOptions options, Action<DomainEvent>? changed)
{
    private const int ChangeAttempts = 16;

    private readonly RedisKeys _keys = scope.Keys;
    private readonly LargeValues _values = new(connection);

    private readonly LanguageStore _languages = new(connection);

    /// <summary>What is known of a domain; null if nothing is.</summary>
    public async Task<DomainHead?> ReadAsync(string domain, CancellationToken cancellationToken) => DomainHead.Parse(
        domain, await connection.RunAsync(database => database.HashGetAllAsync(_keys.Head(domain)), cancellationToken));

    /// <summary>Domains of all tenants after a given one, in ordinal order.</summary>
    public Task<IReadOnlyList<string>> ListAsync(string after, int count, CancellationToken cancellationToken) =>
        ReadKeysAsync(after.Length == 0 ? RedisValue.Null : after, RedisValue.Null, count, cancellationToken);

    /// <summary>Domains of one tenant after the one with a given name, which may be empty, in ordinal order.</summary>
    public Task<IReadOnlyList<string>> ListAsync(string tenant, string afterName, int count, CancellationToken cancellationToken)
    {
        var (after, before) = DomainId.Range(tenant);
        return ReadKeysAsync(afterName.Length == 0 ? after : new DomainId(tenant, afterName).Key, before, count, cancellationToken);
    }

    /// <summary>Number of utterances that wait to be learnt from.</summary>
    public Task<long> CountWaitingAsync(string domain, CancellationToken cancellationToken) =>
        connection.RunAsync(database => database.ListLengthAsync(_keys.Waiting(domain)), cancellationToken);

    /// <summary>Changes a domain, however many others do so at the same time.</summary>
    /// <param name="domain">The domain.</param>
    /// <param name="change">From what is stored to what is to be stored; null if nothing is to be done. May be asked several times.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>What is stored in the end; null if there is no such domain.</returns>
    public async Task<DomainHead?> ChangeAsync(string domain, Func<DomainHead, DomainChange?> change, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < ChangeAttempts; attempt++)
        {
            if (await ReadAsync(domain, cancellationToken) is not { } head) return null;
            if (change(head) is not { } wanted) return head;
            if (await TryChangeAsync(head, wanted, cancellationToken)) return await ReadAsync(domain, cancellationToken);
        }

        throw new StateUnavailableException(new TimeoutException($"A domain was changed {ChangeAttempts} times while it was to be changed."));
    }

    /// <summary>Stores a change as a whole or not at all.</summary>
    /// <param name="head">What it was computed from.</param>
    /// <param name="change">The change.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>False if the domain changed in between, its oldest waiting utterances are others, the candidate is gone, or another replica has its lease.</returns>
    public async Task<bool> TryChangeAsync(DomainHead head, DomainChange change, CancellationToken cancellationToken)
    {
        var domain = head.Domain;
        string Text(long? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "";
        RedisKey[] touched =
        [
            _keys.Head(domain), _keys.Waiting(domain), _keys.Ready, RedisKeys.Turn, _keys.Revisions(domain), _keys.Events, _keys.EventId,
            .. await RenamedAsync(domain, change, cancellationToken),
        ];
        var used = change.Event.UtteranceIds;
        RedisValue[] values =
        [
            domain, Guid.NewGuid().ToString("N"), Text(head.Version), Text(change.Fence), JsonSerializer.Serialize(change.State, StateJson.Options),
            change.Frozen ? "1" : "0", Text(change.Revision), Math.Max(1, scope.RoundSize), change.Event.ToPayload(), options.EventsKept,
            _keys.EventChannel.ToString(), Counter(change.Event.Kind), used.Count, .. used.Select(id => (RedisValue)id),
        ];
        var result = await connection.WriteAsync(database => database.ScriptEvaluateAsync(StateScripts.Change, touched, values), cancellationToken);
        if ((long)result != 1) return false;
        changed?.Invoke(change.Event);
        return true;
    }

    /// <summary>Deletes everything of a domain but the events, which hold neither audio nor transcripts nor weights.</summary>
    /// <param name="domain">The domain.</param>
    /// <param name="time">Of the event.</param>
    /// <param name="cancellationToken">What was deleted by then stays deleted; asked again, it goes on.</param>
    /// <returns>How many utterances and revisions there were, in all scopes; null if there is no such domain in any.</returns>
    public async Task<(long Utterances, long Revisions)?> DeleteAsync(string domain, DateTimeOffset time, CancellationToken cancellationToken)
    {
        var scopes = await connection.RunAsync(database => database.SortedSetRangeByRankAsync(RedisKeys.Scopes), cancellationToken);
        (long Utterances, long Revisions)? total = await _languages.DeleteAsync(domain, cancellationToken) ? (0, 0) : null;
        foreach (var name in scopes.Select(name => name.ToString()).Append(_keys.Scope).Distinct())
        {
            if (await ExampleStore.DeleteAsync(connection, new RedisKeys(name), domain, cancellationToken) > 0) total ??= (0, 0);
            if (await DeleteAsync(new RedisKeys(name), domain, time, cancellationToken) is not { } deleted) continue;
            changed?.Invoke(new DomainEvent(time, domain, DomainEventKind.Deleted));
            total = ((total?.Utterances ?? 0) + deleted.Utterances, (total?.Revisions ?? 0) + deleted.Revisions);
        }

        return total;
    }

    /// <summary>Begins a domain that no utterance has named yet; false if there is one.</summary>
    public async Task<bool> TryFoundAsync(string domain, DateTimeOffset time, CancellationToken cancellationToken) => (long)await connection.WriteAsync(
        database => database.ScriptEvaluateAsync(
            StateScripts.Found, [_keys.Head(domain), _keys.Domains], [domain, time.ToUnixTimeMilliseconds()]), cancellationToken) == 1;

    /// <summary>Makes the scope known to whoever deletes a domain from another one.</summary>
    public Task RegisterAsync(CancellationToken cancellationToken) =>
        connection.RunAsync(database => database.SortedSetAddAsync(RedisKeys.Scopes, _keys.Scope, 0), cancellationToken);

    /// <summary>What becomes a revision: each new key with the old one.</summary>
    private async Task<IReadOnlyList<RedisKey>> RenamedAsync(string domain, DomainChange change, CancellationToken cancellationToken)
    {
        if (change.Revision is not { } number) return [_keys.Head(domain), _keys.Head(domain)];
        var (revision, candidate) = (_keys.Revision(domain, number), _keys.Candidate(domain, change.Fence ?? 0));
        var pieces = await _values.PiecesAsync(candidate, cancellationToken);
        return [revision, candidate, .. pieces.SelectMany((piece, i) => new[] { LargeValues.Piece(revision, i + 1), piece })];
    }

    private async Task<IReadOnlyList<string>> ReadKeysAsync(RedisValue after, RedisValue before, int count, CancellationToken cancellationToken)
    {
        var domains = await connection.RunAsync(
            database => database.SortedSetRangeByValueAsync(_keys.Domains, after, before, Exclude.Both, Order.Ascending, 0, count), cancellationToken);
        return [.. domains.Select(domain => domain.ToString())];
    }

    private async Task<(long Utterances, long Revisions)?> DeleteAsync(
        RedisKeys keys, string domain, DateTimeOffset time, CancellationToken cancellationToken)
    {
        if (!await connection.RunAsync(database => database.KeyExistsAsync(keys.Head(domain)), cancellationToken)) return null;
        RedisKey[] touched =
        [
            keys.Head(domain), keys.Waiting(domain), keys.Utterances(domain), keys.Revisions(domain), keys.Lease(domain), keys.Ready, keys.Domains,
            keys.Events, keys.EventId,
        ];
        var payload = new DomainEvent(time, domain, DomainEventKind.Deleted).ToPayload();
        for (var attempt = 0; attempt < ChangeAttempts; attempt++)
        {
            var utterances = await connection.RunAsync(database => database.SortedSetRangeByRankAsync(keys.Utterances(domain)), cancellationToken);
            var revisions = await connection.RunAsync(database => database.SortedSetRangeByRankAsync(keys.Revisions(domain)), cancellationToken);
            var fence = await connection.RunAsync(database => database.HashGetAsync(keys.Head(domain), "fence"), cancellationToken);
            await _values.DeleteAsync(
                [
                    .. utterances.Select(id => keys.Utterance(domain, id.ToString())), .. revisions.Select(number => keys.Revision(domain, (long)number)),
                    keys.Candidate(domain, (long)fence),
                ],
                cancellationToken);
            RedisValue[] values = [domain, utterances.Length, revisions.Length, payload, options.EventsKept, keys.EventChannel.ToString()];
            var done = await connection.RunAsync(
                database => database.ScriptEvaluateAsync(StateScripts.Delete, touched, values), cancellationToken);
            if ((long)done == 1) return (utterances.Length, revisions.Length);
        }

        throw new StateUnavailableException(new TimeoutException("A domain got new utterances as fast as they were deleted."));
    }

    private static string Counter(DomainEventKind kind) => kind switch
    {
        DomainEventKind.Updated => "updates",
        DomainEventKind.Refused => "refused",
        DomainEventKind.Reset => "resets",
        _ => "",
    };
}
