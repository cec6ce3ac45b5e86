namespace Attune.Adaptation.Revisions;

/// <summary>Why bytes cannot be used as a revision. The names are stable: they serve as machine-readable labels.</summary>
public enum RevisionError
{
    /// <summary>The bytes are not a revision, or not all of it.</summary>
    NotARevision,

    /// <summary>The bytes are not those that were written: their hash differs.</summary>
    Corrupted,

    /// <summary>It belongs to another model.</summary>
    ForeignModel,

    /// <summary>It has values for another parameter set.</summary>
    ForeignParameterSet,
}
