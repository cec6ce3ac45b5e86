using Attune.Adaptation.Slow;

namespace Attune.Server.State;

/// <summary>A change of a domain's state.</summary>
/// <param name="State">The state from now on.</param>
/// <param name="Frozen">Whether it is frozen from now on.</param>
/// <param name="Event">What is logged.</param>
internal sealed record DomainChange(LearningState State, bool Frozen, DomainEvent Event)
{
    /// <summary>Number of the stored candidate that becomes a revision; null if there is none.</summary>
    public long? Revision { get; init; }

    /// <summary>Fencing token of the lease under which the change was computed; null for one that needs none.</summary>
    public long? Fence { get; init; }
}
