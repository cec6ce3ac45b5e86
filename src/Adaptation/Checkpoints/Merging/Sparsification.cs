namespace Attune.Adaptation.Checkpoints.Merging;

/// <summary>Which entries of a task vector survive.</summary>
internal enum Sparsification
{
    /// <summary>All of them.</summary>
    None,

    /// <summary>The largest (TIES).</summary>
    KeepLargest,

    /// <summary>The largest after the very largest are gone (Model Breadcrumbs).</summary>
    KeepMiddle,

    /// <summary>Each with the same probability (DARE).</summary>
    KeepAtRandom,

    /// <summary>Each with a probability that grows with its rank in its row (DELLA).</summary>
    KeepAtRandomByRank,
}
