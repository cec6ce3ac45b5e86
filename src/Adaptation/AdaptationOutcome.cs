namespace Attune.Adaptation;

/// <summary>Whether a final comes from adapted weights, and if not, why not. The names are stable: they label answers and metrics.</summary>
public enum AdaptationOutcome
{
    /// <summary>The final comes from adapted weights.</summary>
    Adapted,

    /// <summary>The request or the configuration asked for no steps.</summary>
    NotRequested,

    /// <summary>The draft has nothing but blanks, so that the objective has nothing to sharpen.</summary>
    DraftAllBlank,

    /// <summary>
    /// The adapted weights found nothing but blanks, or one symbol over and over where the draft had several; the draft is served.
    /// </summary>
    Collapsed,

    /// <summary>Loss, gradient or logits were not numbers, or the loss ended above where it began; the draft is served.</summary>
    Diverged,

    /// <summary>No step fitted into the latency budget.</summary>
    BudgetSpent,

    /// <summary>Too many utterances waited for adaptation.</summary>
    Overloaded,

    /// <summary>Whoever asked had used up the steps that it may have.</summary>
    QuotaSpent,
}
