using Attune.Server.Domains;
using Attune.Server.State;

namespace Attune.Server.Text;

/// <summary>The domains of one text model: what they learnt belongs to it and to its parameter set.</summary>
/// <remarks>Thread-safe. Holds no native memory.</remarks>
/// <param name="reader">Reads them from the store.</param>
/// <param name="catalogue">Those in memory.</param>
/// <param name="time">Clock of events.</param>
internal sealed class TextModelDomains(DomainReader reader, DomainCatalogue catalogue, TimeProvider time)
{
    public DomainReader Reader => reader;

    public DomainCatalogue Catalogue => catalogue;

    /// <summary>Where they are stored.</summary>
    public ScopeStores Stores => reader.Stores;

    /// <summary>Deletes what a domain has learnt from examples that were deleted. It learns again from the others when it is its turn.</summary>
    /// <param name="domain">The domain.</param>
    /// <param name="ids">Of the examples; null for all that it ever had.</param>
    /// <param name="left">Those that it still has.</param>
    /// <param name="cancellationToken">What is deleted by then stays deleted.</param>
    /// <exception cref="StateUnavailableException">The store cannot be reached.</exception>
    public async Task ForgetAsync(string domain, IReadOnlySet<string>? ids, IReadOnlyList<string> left, CancellationToken cancellationToken)
    {
        // First, whoever learns at this moment may have read them.
        if (!await Stores.Leases.RevokeAsync(domain, cancellationToken) || await Stores.Domains.ReadAsync(domain, cancellationToken) is not { } head) return;
        var learnt = new List<long>();
        foreach (var number in await Stores.Revisions.ListAsync(domain, cancellationToken))
        {
            // Of one that cannot be read nobody knows what it learnt from.
            var revision = ids is null ? null : await reader.TryReadAsync(domain, number, cancellationToken);
            if (revision is not null && !revision.UtteranceIds.Any(ids!.Contains)) continue;
            learnt.Add(number);
        }

        if (learnt.Contains(head.State.Current))
        {
            var waiting = await Stores.Utterances.WaitingIdsAsync(domain, cancellationToken);
            await Stores.Utterances.QueueAgainAsync(domain, [.. left.Except(waiting)], cancellationToken);
        }

        await Stores.Domains.ChangeAsync(domain, found => Without(found, learnt), cancellationToken);
        await Stores.Revisions.DeleteAsync(domain, learnt, cancellationToken);
        await catalogue.RefreshAsync(domain);
    }

    private DomainChange? Without(DomainHead head, List<long> learnt)
    {
        if (!head.State.Good.Any(learnt.Contains)) return null;
        var state = head.State with { Good = [.. head.State.Good.Except(learnt)] };
        var logged = new DomainEvent(time.GetUtcNow(), head.Domain, DomainEventKind.Reset, state.Current, head.State.Current) { Reason = ResetReason.Examples };
        return new DomainChange(state, head.Frozen, logged);
    }
}
