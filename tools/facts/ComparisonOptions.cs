using Attune.Adaptation.Text.Editing;

namespace Attune.Facts;

/// <summary>How facts are changed in a comparison.</summary>
internal sealed record ComparisonOptions
{
    /// <summary>Learning rate of fine-tuning.</summary>
    public required double Rate { get; init; }

    /// <summary>Steps of fine-tuning.</summary>
    public required int Steps { get; init; }

    /// <summary>Replayed examples for each fact of a step.</summary>
    public required double ReplayRatio { get; init; }

    /// <summary>Layer that is edited; null for the one that causal tracing finds.</summary>
    public int? Layer { get; init; }

    /// <summary>Sentences that an edit must hold after.</summary>
    public required int Prefixes { get; init; }

    /// <summary>Only ways whose name has this.</summary>
    public required string Ways { get; init; }

    /// <summary>How facts are edited.</summary>
    public required EditOptions Editing { get; init; }
}
