namespace Attune.Server.State;

/// <summary>Finds the utterance behind a final, whatever model and parameter set it belongs to.</summary>
/// <remarks>Thread-safe. All methods throw <see cref="StateUnavailableException"/>.</remarks>
internal sealed class FinalSearch(StateConnection connection)
{
    /// <summary>The utterance; null if it is not stored, or no longer.</summary>
    /// <exception cref="InvalidDataException">Its bytes are damaged.</exception>
    public async Task<StoredUtterance?> FindAsync(FinalId id, CancellationToken cancellationToken)
    {
        foreach (var keys in await ScopesAsync(cancellationToken))
        {
            var bytes = await new LargeValues(connection).ReadAsync(keys.Utterance(id.Domain, id.UtteranceId), cancellationToken);
            if (bytes is not null) return UtteranceFormat.Read(bytes);
        }

        return null;
    }

    /// <summary>Why an utterance is not there, as a sentence or two, as far as the store can tell.</summary>
    public async Task<string> ExplainAsync(FinalId id, CancellationToken cancellationToken)
    {
        var isDomain = false;
        DomainEvent? deleted = null;
        DomainEvent? learnt = null;
        foreach (var keys in await ScopesAsync(cancellationToken))
        {
            var listed = await connection.RunAsync(database => database.SortedSetScoreAsync(keys.Utterances(id.Domain), id.UtteranceId), cancellationToken);
            if (listed is not null) return $"The utterance of {id} has expired: it was stored, and {StateOptions.Section}:{nameof(StateOptions.UtteranceExpiry)} has passed.";
            isDomain |= await connection.RunAsync(database => database.KeyExistsAsync(keys.Head(id.Domain)), cancellationToken);
            foreach (var item in (await EventsAsync(keys, cancellationToken)).Where(item => item.Domain == id.Domain))
            {
                if (item.Kind == DomainEventKind.Deleted && !(item.Time < deleted?.Time)) deleted = item;
                if (item.UtteranceIds.Contains(id.UtteranceId)) learnt = item;
            }
        }

        if (deleted is not null && (!isDomain || learnt?.Time <= deleted.Time))
            return $"Domain {id.Domain} was deleted at {deleted.Time:u}, with its audio, transcripts and weights.";
        if (learnt is not null)
        {
            return $"The utterance of {id} was learnt from at {learnt.Time:u} and is gone: later ones took its place, of which "
                + $"{StateOptions.Section}:{nameof(StateOptions.UtterancesPerDomain)} are kept.";
        }

        return isDomain
            ? $"Domain {id.Domain} has no utterance {id.UtteranceId}: correct the id, or later ones took its place, or it is still on its way to the store."
            : $"There is no domain {id.Domain} in the store, and no event tells of one. Correct the id, or name the store that the server uses.";
    }

    private async Task<IReadOnlyList<RedisKeys>> ScopesAsync(CancellationToken cancellationToken)
    {
        var scopes = await connection.RunAsync(database => database.SortedSetRangeByRankAsync(RedisKeys.Scopes), cancellationToken);
        return [.. scopes.Select(scope => new RedisKeys(scope.ToString()))];
    }

    private async Task<IEnumerable<DomainEvent>> EventsAsync(RedisKeys keys, CancellationToken cancellationToken)
    {
        var entries = await connection.RunAsync(database => database.SortedSetRangeByRankAsync(keys.Events), cancellationToken);
        return entries.Select(entry => DomainEvent.Parse(entry)).OfType<DomainEvent>();
    }
}
