using StackExchange.Redis;

namespace Attune.Server.State;

/// <summary>Brings what an older version stored to the format of this one.</summary>
/// <remarks>
/// <para>(1) read the number, and be done if it is the current one; (2) take the lease, which one server has at a time; (3) move every value that lies elsewhere than where
/// <see cref="LargeValues"/> puts it; (4) write the number, if the lease is still ours. A server that dies in between leaves values of either layout, each of them whole, and the old
/// number: the next goes on, and finds done what is done. A store in the process needs no lease, since its folder belongs to one server.</para>
/// <para>Not thread-safe. All methods throw <see cref="StateUnavailableException"/>.</para>
/// </remarks>
internal sealed partial class StateMigration(StateConnection connection, StateFormatPlace place, TimeSpan leaseDuration, ILogger logger)
{
    private readonly LargeValues _values = new(connection, isMigrating: true);
    private readonly string _token = $"{Environment.MachineName}/{Environment.ProcessId}/{Guid.NewGuid():N}";
    private bool _isWaiting;

    private RedisValue Token => _token;

    private long LeaseMs => (long)leaseDuration.TotalMilliseconds;

    /// <summary>The number in the store.</summary>
    /// <exception cref="StateFormatException">It is no number, or a newer one.</exception>
    public Task<int> ReadAsync(CancellationToken cancellationToken) => place.ReadAsync(cancellationToken);

    /// <summary>Migrates, unless another server does.</summary>
    /// <returns>Whether the store has the current format by now; false while another server is at it.</returns>
    /// <exception cref="StateFormatException">The number in the store is no number, or a newer one.</exception>
    public async Task<bool> TryRunAsync(CancellationToken cancellationToken)
    {
        var format = await ReadAsync(cancellationToken); // 1
        if (format == StateFormat.Current) return true;
        if (!await TryBeginAsync(cancellationToken)) // 2
        {
            if (!_isWaiting) Log.Waiting(logger);
            _isWaiting = true;
            return false;
        }

        if (await ReadAsync(cancellationToken) == StateFormat.Current) return await ReleaseAsync(cancellationToken); // another was quicker
        var scopes = await MembersAsync(RedisKeys.Scopes, cancellationToken);
        var moved = await MoveAsync(scopes, cancellationToken); // 3
        if (!await place.TryWriteAsync(Token, cancellationToken)) return false; // 4
        if (scopes.Length > 0) Log.Migrated(logger, format, StateFormat.Current, moved); // a store without any is new
        return true;
    }

    private async Task<bool> TryBeginAsync(CancellationToken cancellationToken) => !place.IsShared || (long)await connection.ReachAsync(
        database => database.ScriptEvaluateAsync(StateScripts.BeginMigration, [RedisKeys.Migration], [Token, LeaseMs]), cancellationToken) == 1;

    private async Task<bool> ReleaseAsync(CancellationToken cancellationToken)
    {
        if (place.IsShared)
            await connection.ReachAsync(database => database.ScriptEvaluateAsync(StateScripts.Release, [RedisKeys.Migration], [Token]), cancellationToken);
        return true;
    }

    private async Task<int> MoveAsync(string[] scopes, CancellationToken cancellationToken)
    {
        var moved = 0;
        foreach (var scope in scopes)
        {
            var keys = new RedisKeys(scope);
            foreach (var domain in await MembersAsync(keys.Domains, cancellationToken))
            {
                if (place.IsShared) await RenewAsync(cancellationToken);
                foreach (var id in await MembersAsync(keys.Utterances(domain), cancellationToken))
                    if (await _values.TryMoveAsync(keys.Utterance(domain, id), cancellationToken)) moved++;
                foreach (var number in await MembersAsync(keys.Revisions(domain), cancellationToken))
                    if (await _values.TryMoveAsync(keys.Revision(domain, number), cancellationToken)) moved++;
            }
        }

        return moved;
    }

    private async Task RenewAsync(CancellationToken cancellationToken)
    {
        var renewed = await connection.ReachAsync(
            database => database.ScriptEvaluateAsync(StateScripts.Renew, [RedisKeys.Migration], [Token, LeaseMs]), cancellationToken);
        if ((long)renewed != 1) throw new StateUnavailableException(new TimeoutException("Another server took over the migration of the store."));
    }

    private async Task<string[]> MembersAsync(RedisKey key, CancellationToken cancellationToken)
    {
        var members = await connection.ReachAsync(database => database.SortedSetRangeByRankAsync(key), cancellationToken);
        return [.. members.Select(member => member.ToString())];
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "The state was brought from format {From} to {To}; {Moved} values were moved")]
        public static partial void Migrated(ILogger logger, int from, int to, int moved);

        [LoggerMessage(2, LogLevel.Information, "Another server brings the state to this version's format; it is waited for")]
        public static partial void Waiting(ILogger logger);
    }
}
