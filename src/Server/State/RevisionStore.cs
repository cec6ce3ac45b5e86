using Attune.Adaptation.Revisions;
using Attune.Adaptation.Slow;
using StackExchange.Redis;

namespace Attune.Server.State;

/// <summary>The revisions of a scope's domains in the store.</summary>
/// <remarks>Thread-safe. All methods throw <see cref="StateUnavailableException"/>.</remarks>
internal sealed class RevisionStore(StateConnection connection, StateScope scope, StateOptions options)
{
    private readonly RedisKeys _keys = scope.Keys;
    private readonly LargeValues _values = new(connection);

    /// <summary>Reads a revision; null if it is gone.</summary>
    /// <exception cref="RevisionException">Its bytes are damaged, or it belongs to another model or parameter set.</exception>
    public async Task<StoredRevision?> ReadAsync(string domain, long number, CancellationToken cancellationToken)
    {
        if (await _values.ReadAsync(_keys.Revision(domain, number), cancellationToken) is not { } bytes) return null;
        var revision = RevisionFile.Read(bytes, scope.ModelSha256, scope.Set, scope.Layout);
        if (revision.Domain == domain && revision.Number == number) return new StoredRevision(revision, bytes.Length);
        throw new RevisionException(
            RevisionError.Corrupted, $"Revision {number} of {domain} must say so itself. Given: {revision.Number} of {revision.Domain}. Reset the domain.");
    }

    /// <summary>Numbers of the stored revisions, the newest first.</summary>
    public async Task<IReadOnlyList<long>> ListAsync(string domain, CancellationToken cancellationToken)
    {
        var numbers = await connection.RunAsync(
            database => database.SortedSetRangeByRankAsync(_keys.Revisions(domain), 0, -1, Order.Descending), cancellationToken);
        return [.. numbers.Select(number => (long)number)];
    }

    /// <summary>Stores a candidate, which goes with its lease, or in a while, unless a change of its domain makes it a revision.</summary>
    /// <param name="candidate">The candidate.</param>
    /// <param name="fence">Fencing token under which it was made: a holder that was overtaken cannot replace another's.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task SaveCandidateAsync(Revision candidate, long fence, CancellationToken cancellationToken) =>
        _values.WriteAsync(_keys.Candidate(candidate.Domain, fence), RevisionFile.ToBytes(candidate), RedisKeys.CandidateExpiry, mayStay: true, cancellationToken);

    /// <summary>Deletes the oldest revisions that are too many, but for those that a domain may go back to.</summary>
    public async Task TrimAsync(string domain, LearningState state, CancellationToken cancellationToken)
    {
        var numbers = await ListAsync(domain, cancellationToken);
        await DeleteAsync(domain, [.. numbers.Skip(options.RevisionsPerDomain).Where(number => number != state.DomainWeights && !state.Good.Contains(number))], cancellationToken);
    }

    /// <summary>Deletes revisions, which must not be those that the domain may go back to.</summary>
    public async Task DeleteAsync(string domain, IReadOnlyList<long> numbers, CancellationToken cancellationToken)
    {
        if (numbers.Count == 0) return;
        RedisValue[] members = [.. numbers.Select(number => (RedisValue)number)];
        await connection.RunAsync(database => database.SortedSetRemoveAsync(_keys.Revisions(domain), members), cancellationToken);
        await _values.DeleteAsync(numbers.Select(number => _keys.Revision(domain, number)), cancellationToken);
    }
}
