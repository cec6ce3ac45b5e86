using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Attune.Adaptation.Gate;

namespace Attune.Server.State;

/// <summary>What can happen to a domain. The names are stored.</summary>
internal enum DomainEventKind
{
    /// <summary>A slow update made a revision, which serves now.</summary>
    Updated,

    /// <summary>A slow update made a revision that the gate refused.</summary>
    Refused,

    /// <summary>It went back to an earlier revision or to the model.</summary>
    Reset,

    Frozen,

    Unfrozen,

    Deleted,

    /// <summary>Another checkpoint serves; what the domain had learnt was added to it.</summary>
    Rebased,

    /// <summary>Another checkpoint serves, from which the domain begins anew.</summary>
    Restarted,
}

/// <summary>Why a domain went back. The words are stored and told to clients.</summary>
internal static class ResetReason
{
    /// <summary>The strategy's own test.</summary>
    public const string Strategy = "strategy";

    /// <summary>What served was found collapsed.</summary>
    public const string Collapsed = "collapsed";

    /// <summary>The stored revision is damaged or gone.</summary>
    public const string Corrupted = "corrupted";

    /// <summary>Parameters of the checkpoint have other shapes than those that the domain changed.</summary>
    public const string Shapes = "shapes";

    /// <summary>The gate refused what the domain had learnt on the new checkpoint.</summary>
    public const string Gate = "gate";

    /// <summary>Examples that it was learnt from were deleted.</summary>
    public const string Examples = "examples";

    /// <summary>Someone asked for it.</summary>
    public const string Operator = "operator";
}

/// <summary>Something that happened to a domain.</summary>
/// <param name="Time">When, by the clock of the server that did it.</param>
/// <param name="Domain">The domain's key.</param>
/// <param name="Kind">What happened.</param>
/// <param name="Revision">Number of the revision that was made, or that serves now.</param>
/// <param name="Parent">Number of the revision that it was made from, or that served before.</param>
/// <remarks>Immutable. Holds no audio and no transcripts, and so it outlives its domain.</remarks>
internal sealed record DomainEvent(DateTimeOffset Time, string Domain, DomainEventKind Kind, long Revision = 0, long Parent = 0)
{
    /// <summary>Counts up in the order of the log; 0 before it is logged.</summary>
    [JsonIgnore]
    public long Id { get; init; }

    /// <summary>The utterances that an update or the strategy's reset used up, in order.</summary>
    public IReadOnlyList<string> UtteranceIds { get; init; } = [];

    /// <summary>One of <see cref="ResetReason"/>; null where the kind says it all.</summary>
    public string? Reason { get; init; }

    /// <summary>What the gate said of the revision that was made.</summary>
    public IReadOnlyList<GateCheck>? Checks { get; init; }

    /// <summary>Mean loss of the learnt utterances before the update; null if it was not measured.</summary>
    public double? LossBefore { get; init; }

    /// <summary>The same after it.</summary>
    public double? LossAfter { get; init; }

    /// <summary>Mean loss improvement of the learnt utterances; null if it was not measured.</summary>
    public double? LossImprovement { get; init; }

    /// <summary>z: how far that lies above the mean of the Gaussian; null before there is one.</summary>
    public double? StandardErrors { get; init; }

    /// <summary>What is stored, but for the id in front.</summary>
    public string ToPayload() => JsonSerializer.Serialize(this, StateJson.Options);

    /// <summary>Reads <c>ID:JSON</c>; null if it is not that.</summary>
    public static DomainEvent? Parse(string? text)
    {
        var colon = text?.IndexOf(':') ?? -1;
        if (colon < 0 || !long.TryParse(text.AsSpan(0, colon), NumberStyles.None, CultureInfo.InvariantCulture, out var id)) return null;
        try
        {
            return JsonSerializer.Deserialize<DomainEvent>(text.AsSpan(colon + 1), StateJson.Options)! with { Id = id };
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
