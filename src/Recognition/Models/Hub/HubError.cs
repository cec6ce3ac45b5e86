namespace Attune.Recognition.Models.Hub;

/// <summary>Why a model cannot be fetched. The names are stable: they serve as machine-readable labels.</summary>
public enum HubError
{
    /// <summary>The hub has no such model, revision or file.</summary>
    NotFound,

    /// <summary>The hub wants a token, or another one.</summary>
    Denied,

    /// <summary>The hub has it, but not as a folder of safetensors.</summary>
    NoModel,

    /// <summary>The hub cannot be reached, or failed too often.</summary>
    Unreachable,

    /// <summary>The hub's answer breaks its own protocol.</summary>
    InvalidAnswer,

    /// <summary>What arrived is not what the hub announced.</summary>
    Damaged,

    /// <summary>Another process fetches the same file.</summary>
    Busy,
}
