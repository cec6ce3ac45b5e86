using Attune.Adaptation.Revisions;
using Attune.Adaptation.Slow;

namespace Attune.Server.Domains;

/// <summary>Rounds from a domain's oldest utterances.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class SpeechRounds(DomainReader reader, DomainLearner learner) : IDomainRounds
{
    public async Task<DomainRound?> BeginAsync(StoredDomain stored, CancellationToken cancellationToken)
    {
        var (domain, state) = (stored.Head.Domain, stored.Head.State);
        var utterances = await reader.Stores.Utterances.WaitingAsync(domain, learner.RoundSize, cancellationToken);
        if (utterances.Count == 0) return null;

        var remembered = state.DomainWeights is { } number ? await reader.TryReadAsync(domain, number, cancellationToken) : null;
        if (remembered is null && state.DomainWeights is > Revision.Source) state = state.Reset() with { Good = state.Good }; // they are gone: measure anew

        var round = new LearningRound(domain, state, stored.Snapshot.Current?.State, remembered?.State.Parameters, utterances);
        return new DomainRound([.. utterances.Select(utterance => utterance.Id)], ending => learner.Learn(round, ending));
    }
}
