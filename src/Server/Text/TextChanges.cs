using Attune.Server.State;

namespace Attune.Server.Text;

/// <summary>Has text models forget what domains had, when these are deleted or reset here or at another replica.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class TextChanges(ExampleCatalogue examples, TentDomains tent)
{
    /// <summary>A domain was changed.</summary>
    public void Changed(DomainEvent change)
    {
        if (change.Kind == DomainEventKind.Deleted) examples.Invalidate(change.Domain);
        if (change.Kind == DomainEventKind.Deleted || (change.Kind == DomainEventKind.Reset && change.Reason == ResetReason.Operator)) tent.Forget(change.Domain);
    }
}
