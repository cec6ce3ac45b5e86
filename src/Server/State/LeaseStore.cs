using StackExchange.Redis;

namespace Attune.Server.State;

/// <summary>Gives out leases.</summary>
/// <remarks>
/// Time decides only when a lease may be taken over from a holder that has gone silent; that two never both update is the fencing token's part. Thread-safe.
/// All methods throw <see cref="StateUnavailableException"/>.
/// </remarks>
internal sealed class LeaseStore(StateConnection connection, StateScope scope, StateOptions options)
{
    private readonly RedisKeys _keys = scope.Keys;
    private readonly LargeValues _values = new(connection);

    private long DurationMs => (long)options.LeaseDuration.TotalMilliseconds;

    /// <summary>Takes a domain's lease; null if another has it.</summary>
    public async Task<DomainLease?> TryAcquireAsync(string domain, CancellationToken cancellationToken)
    {
        var token = $"{Environment.MachineName}/{Environment.ProcessId}/{Guid.NewGuid():N}"; // whoever looks sees who has it
        RedisKey[] touched = [_keys.Lease(domain), _keys.Head(domain)];
        var fence = (long)await connection.RunAsync(
            database => database.ScriptEvaluateAsync(StateScripts.Acquire, touched, [token, DurationMs]), cancellationToken);
        if (fence == 0) return null;
        await _values.DeleteAsync([_keys.Candidate(domain, fence - 1)], cancellationToken); // of a holder that was killed
        return new DomainLease(domain, token, fence);
    }

    /// <summary>Keeps a lease for its whole duration from now.</summary>
    /// <returns>False if it is no longer ours.</returns>
    public async Task<bool> RenewAsync(DomainLease lease, CancellationToken cancellationToken) => (long)await connection.RunAsync(
        database => database.ScriptEvaluateAsync(StateScripts.Renew, [_keys.Lease(lease.Domain)], [lease.Token, DurationMs]), cancellationToken) == 1;

    /// <summary>Has whoever learns for a domain at this moment store nothing of it.</summary>
    /// <returns>False if there is no such domain.</returns>
    public async Task<bool> RevokeAsync(string domain, CancellationToken cancellationToken) => (long)await connection.RunAsync(
        database => database.ScriptEvaluateAsync(StateScripts.Revoke, [_keys.Head(domain)], []), cancellationToken) == 1;

    /// <summary>Gives a lease back, if it is still ours, and deletes a candidate that was made under it and not published.</summary>
    public async Task ReleaseAsync(DomainLease lease, CancellationToken cancellationToken)
    {
        await _values.DeleteAsync([_keys.Candidate(lease.Domain, lease.Fence)], cancellationToken);
        await connection.RunAsync(database => database.ScriptEvaluateAsync(StateScripts.Release, [_keys.Lease(lease.Domain)], [lease.Token]), cancellationToken);
    }
}
