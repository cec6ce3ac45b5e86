namespace Attune.Server.State;

/// <summary>Everything in the store that belongs to one scope.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class ScopeStores(StateConnection connection, StateScope scope, StateOptions options, TimeProvider time)
{
    public StateScope Scope { get; } = scope;

    public DomainStore Domains { get; } = new(connection, scope, options);

    public UtteranceStore Utterances { get; } = new(connection, scope, options);

    public RevisionStore Revisions { get; } = new(connection, scope, options);

    public LeaseStore Leases { get; } = new(connection, scope, options);

    public EventLog Events { get; } = new(connection, scope, time);
}
