using System.Text.Json.Serialization;

namespace Attune.Adaptation.Checkpoints;

/// <summary>Which checkpoint serves, and how that was decided.</summary>
/// <param name="Version">Counts activations: a higher one was decided later. 0 before the first.</param>
/// <param name="Active">Id of the checkpoint; null for the configured model.</param>
/// <param name="Previous">Id of the one before; null for the configured model.</param>
/// <param name="Since">When it was decided.</param>
/// <param name="GateOverridden">Whether an operator had it serve although the gate said no.</param>
/// <param name="Verdict">What the gate found.</param>
public sealed record CheckpointActivation(long Version, string? Active, string? Previous, DateTimeOffset Since, bool GateOverridden, string Verdict)
{
    /// <summary>Before anything was activated: the configured model.</summary>
    public static CheckpointActivation None { get; } = new(0, null, null, DateTimeOffset.UnixEpoch, false, string.Empty);

    /// <summary>In whose place it serves: name of a text model in the settings; empty for the speech model.</summary>
    public string Model { get; init; } = string.Empty;

    /// <summary>Whether something served before.</summary>
    [JsonIgnore]
    public bool CanRollBack => Version > 0;
}
