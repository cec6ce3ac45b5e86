using Attune.Adaptation.Text.Training;

namespace Attune.Cli.Texts;

/// <summary>What <c>attune text train</c> and <c>attune text finetune</c> were both told; every value is valid.</summary>
internal sealed record CausalTrainingSettings
{
    /// <summary>Folder of the model to write.</summary>
    public required string Output { get; init; }

    /// <summary>Tokens of a window of text, at most.</summary>
    public required int WindowTokens { get; init; }

    /// <summary>For the card.</summary>
    public string? License { get; init; }

    /// <summary>The command line, for the card.</summary>
    public required string Command { get; init; }

    /// <summary>How to train.</summary>
    public required CausalTrainingOptions Options { get; init; }
}
