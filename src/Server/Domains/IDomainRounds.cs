using Attune.Adaptation.Slow;

namespace Attune.Server.Domains;

/// <summary>Begins rounds in which domains learn: from utterances, or from the examples of a text model.</summary>
internal interface IDomainRounds
{
    /// <summary>Reads what a domain learns from.</summary>
    /// <param name="stored">The domain, whose lease the caller has.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Null if there is not enough by now.</returns>
    /// <exception cref="State.StateUnavailableException">The store cannot be reached.</exception>
    Task<DomainRound?> BeginAsync(StoredDomain stored, CancellationToken cancellationToken);
}

/// <summary>One round of a domain.</summary>
/// <param name="Used">Ids of what it uses up of what waits, the oldest first.</param>
/// <param name="Learn">Learns, in libtorch; changes nothing, and may be run again.</param>
internal sealed record DomainRound(IReadOnlyList<string> Used, Func<CancellationToken, LearningOutcome> Learn);
