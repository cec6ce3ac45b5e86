using Attune.Adaptation.Text.Training;

namespace Attune.Cli.Texts;

/// <summary>What <c>attune text train</c> was told.</summary>
internal sealed record TextTrainSettings
{
    /// <summary>Paths of the texts.</summary>
    public required IReadOnlyList<string> Texts { get; init; }

    /// <summary>Folder of the model to write.</summary>
    public required string Output { get; init; }

    /// <summary>Model to go on from; null for a new one.</summary>
    public string? Model { get; init; }

    /// <summary>Most merges of a new tokenizer.</summary>
    public required int Merges { get; init; }

    /// <summary>Shape of a new model.</summary>
    public required CausalShape Shape { get; init; }

    /// <summary>Share of each text that is held back.</summary>
    public required double HeldBack { get; init; }

    /// <summary>How it is trained.</summary>
    public required CausalTrainingOptions Options { get; init; }
}
