using Attune.Adaptation.Neighbours;
using Attune.Adaptation.Revisions;
using Attune.Server.State;

namespace Attune.Server.Domains;

/// <summary>A domain as it is stored, with the revisions that serve.</summary>
/// <param name="Head">Everything else.</param>
/// <param name="Snapshot">What it serves from.</param>
internal sealed record StoredDomain(DomainHead Head, DomainSnapshot Snapshot);

/// <summary>Reads domains. One whose current revision is damaged or gone goes back to the good one before it, for everybody.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed partial class DomainReader(ScopeStores stores, TimeProvider time, ILogger<DomainReader> logger)
{
    /// <summary>Where domains are stored.</summary>
    public ScopeStores Stores => stores;

    /// <summary>Reads a domain; null if there is none.</summary>
    /// <exception cref="StateUnavailableException">The store cannot be reached.</exception>
    public async Task<StoredDomain?> ReadAsync(string domain, CancellationToken cancellationToken)
    {
        var head = await stores.Domains.ReadAsync(domain, cancellationToken);
        while (head is not null)
        {
            var number = head.State.Current;
            var current = await TryReadAsync(domain, number, cancellationToken);
            if (current is not null || number == Revision.Source)
            {
                var fallback = await TryReadAsync(domain, head.State.Fallback, cancellationToken);
                return new StoredDomain(head, new DomainSnapshot(domain, current, fallback));
            }

            head = await ResetAsync(domain, number, ResetReason.Corrupted, cancellationToken);
        }

        return null;
    }

    /// <summary>One revision; null if it is the model itself, gone or damaged.</summary>
    public async Task<Revision?> TryReadAsync(string domain, long number, CancellationToken cancellationToken)
    {
        if (number == Revision.Source) return null;
        try
        {
            return (await stores.Revisions.ReadAsync(domain, number, cancellationToken))?.Revision;
        }
        catch (RevisionException exception)
        {
            Log.Unusable(logger, number, domain, exception.Error);
            return null;
        }
    }

    /// <summary>The utterances that a domain's revisions learnt from, as far as they are stored with their places. Those that the gate held back are not among them.</summary>
    /// <param name="snapshot">The domain as it is stored.</param>
    /// <param name="known">Those of earlier revisions.</param>
    /// <param name="since">Older ones have expired.</param>
    /// <param name="capacity">Most of them.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="StateUnavailableException">The store cannot be reached.</exception>
    public async Task<NeighbourSet> GatherAsync(DomainSnapshot snapshot, NeighbourSet known, DateTimeOffset since, int capacity, CancellationToken cancellationToken)
    {
        var gathered = known.Since(since);
        foreach (var id in new[] { snapshot.Fallback, snapshot.Current }.SelectMany(revision => revision?.UtteranceIds ?? []).Where(id => !gathered.Has(id)))
        {
            if (await TryReadAsync(snapshot.Domain, id, cancellationToken) is { Embedding: { } embedding, Utterance: var utterance } && utterance.Time >= since)
                gathered = gathered.With(new Neighbour(utterance.Id, utterance.Samples), embedding, utterance.Time, capacity);
        }

        return gathered;
    }

    private async Task<StoredUtterance?> TryReadAsync(string domain, string id, CancellationToken cancellationToken)
    {
        try
        {
            return await stores.Utterances.ReadAsync(domain, id, cancellationToken);
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    /// <summary>Takes a domain from a revision that must not serve to the good one before it. Does nothing if another serves by then.</summary>
    /// <param name="domain">The domain.</param>
    /// <param name="number">The revision that must not serve.</param>
    /// <param name="reason">One of <see cref="ResetReason"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The domain after it; null if it is gone.</returns>
    public Task<DomainHead?> ResetAsync(string domain, long number, string reason, CancellationToken cancellationToken) => stores.Domains.ChangeAsync(
        domain,
        head =>
        {
            var state = head.State.WithoutCollapsed(number);
            if (head.State.Current != number || state.Current == number) return null;
            Log.Reset(logger, domain, number, state.Current, reason);
            return new DomainChange(
                state, head.Frozen, new DomainEvent(time.GetUtcNow(), domain, DomainEventKind.Reset, state.Current, number) { Reason = reason });
        },
        cancellationToken);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Revision {Number} of domain {Domain} cannot be used: {Error}")]
        public static partial void Unusable(ILogger logger, long number, string domain, RevisionError error);

        [LoggerMessage(2, LogLevel.Warning, "Domain {Domain} goes back from revision {Number} to {Fallback}: {Reason}")]
        public static partial void Reset(ILogger logger, string domain, long number, long fallback, string reason);
    }
}
