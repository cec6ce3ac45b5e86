namespace Attune.Adaptation.Text.Updates;

/// <summary>Whether an answer comes from adapted weights, and if not, why not. The names are stable: they label answers and metrics.</summary>
public enum TextAdaptationOutcome
{
    /// <summary>The answer comes from adapted weights.</summary>
    Adapted,

    /// <summary>The request names no domain, or request or configuration ask for no steps.</summary>
    NotRequested,

    /// <summary>The domain has no example that is enough like the text, or none with a label where one is needed.</summary>
    NoNeighbours,

    /// <summary>No step fitted into the latency budget.</summary>
    BudgetSpent,

    /// <summary>Too many requests waited for adaptation.</summary>
    Overloaded,

    /// <summary>Whoever asked had used up the steps that it may have.</summary>
    QuotaSpent,

    /// <summary>Loss or gradient were not numbers, or the loss ended above where it began.</summary>
    Diverged,

    /// <summary>The domain's adapted weights have collapsed; the model itself answers.</summary>
    Collapsed,

    /// <summary>The domain's examples could not be read.</summary>
    StateUnavailable,
}
