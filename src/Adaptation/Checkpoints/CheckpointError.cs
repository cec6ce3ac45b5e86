namespace Attune.Adaptation.Checkpoints;

/// <summary>Why a checkpoint cannot be had. The names are stable: they serve as machine-readable labels.</summary>
public enum CheckpointError
{
    /// <summary>The store has none of that id.</summary>
    NotFound,

    /// <summary>Its files are not those that entered the store.</summary>
    Damaged,

    /// <summary>What should enter the store is no model that can be used.</summary>
    Invalid,

    /// <summary>It is of another kind than the model in whose place it is to serve.</summary>
    WrongKind,

    /// <summary>The gate said no.</summary>
    Rejected,

    /// <summary>There is nothing to go back to.</summary>
    NoPrevious,

    /// <summary>The server has no store.</summary>
    Off,
}
