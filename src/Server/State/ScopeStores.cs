namespace Attune.Server.State;

/// <summary>Everything in the store that belongs to one scope.</summary>
/// <param name="connection">The store.</param>
/// <param name="scope">Model and parameter set.</param>
/// <param name="options">How much is kept.</param>
/// <param name="time">Clock of waits.</param>
/// <param name="changed">Told of each change of a domain that was made here; may be null.</param>
/// <remarks>Thread-safe.</remarks>
internal sealed class ScopeStores(
    StateConnection connection, StateScope scope, StateOptions options, TimeProvider time, Action<DomainEvent>? changed = null)
{
    public StateScope Scope { get; } = scope;

    public DomainStore Domains { get; } = new(connection, scope, options, changed);

    public UtteranceStore Utterances { get; } = new(connection, scope, options);

    public RevisionStore Revisions { get; } = new(connection, scope, options);

    public LeaseStore Leases { get; } = new(connection, scope, options);

    public EventLog Events { get; } = new(connection, scope, time);
}
