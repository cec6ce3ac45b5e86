namespace Attune.Text.Generation;

/// <summary>How a text is continued.</summary>
/// <remarks>Immutable. <see cref="TextEngine.Generate"/> checks the values.</remarks>
public sealed record GenerationOptions
{
    /// <summary>Most stop strings.</summary>
    public const int MaxStopStrings = 16;

    /// <summary>Most characters of a stop string.</summary>
    public const int MaxStopCharacters = 256;

    /// <summary>Highest temperature.</summary>
    public const double MaxTemperature = 100;

    /// <summary>Most new tokens, at least 1. Default 128. The model's context may end before.</summary>
    public int MaxTokens { get; init; } = 128;

    /// <summary>
    /// What logits are divided by before a token is drawn, from 0 to <see cref="MaxTemperature"/>. 0, the default, takes the most probable token each time.
    /// </summary>
    public double Temperature { get; init; }

    /// <summary>Draws among so many of the most probable tokens; 0, the default, among all (Fan et al. 2018, arXiv 1805.04833).</summary>
    public int TopK { get; init; }

    /// <summary>
    /// Draws among the fewest most probable tokens whose probabilities have at least this sum; above 0, at most 1. Default 1: among all (Holtzman et al.
    /// 2019, arXiv 1904.09751). Applied after <see cref="TopK"/>.
    /// </summary>
    public double TopP { get; init; } = 1;

    /// <summary>What chance depends on: the same request gets the same text. Default 0.</summary>
    public int Seed { get; init; }

    /// <summary>Strings that end the text where they would begin; at most <see cref="MaxStopStrings"/>, none empty or longer than <see cref="MaxStopCharacters"/>.</summary>
    public IReadOnlyList<string> Stop { get; init; } = [];
}
