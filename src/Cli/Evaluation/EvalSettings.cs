using Attune.Adaptation.Fast;
using Attune.Recognition.Decoding;
using Attune.Recognition.Language;

namespace Attune.Cli.Evaluation;

/// <summary>What <c>attune eval</c> was asked to do; every value is valid.</summary>
internal sealed record EvalSettings
{
    /// <summary>What is recognised.</summary>
    public required string Manifest { get; init; }

    /// <summary>Noises, in order; none for clean speech.</summary>
    public required IReadOnlyList<NoiseArgument> Noises { get; init; }

    /// <summary>Scenario files or names; none for each noise alone.</summary>
    public required IReadOnlyList<string> Scenarios { get; init; }

    /// <summary>What is compared; no label twice.</summary>
    public required IReadOnlyList<StrategyArgument> Strategies { get; init; }

    /// <summary>Folder of the model, as given.</summary>
    public required string Model { get; init; }

    /// <summary>Settings of strategies that do not have their own.</summary>
    public required FastUpdateOptions Fast { get; init; }

    /// <summary>Language model of strategies that ask for it.</summary>
    public required DecodingOptions Decoding { get; init; }

    /// <summary>Hotwords of strategies that ask for them.</summary>
    public required IReadOnlyList<Hotword> Hotwords { get; init; }

    /// <summary>Seed of streams, noises and intervals.</summary>
    public required int Seed { get; init; }

    /// <summary>Most utterances of each stream; null for all.</summary>
    public int? Limit { get; init; }

    /// <summary>Longer recordings are left out.</summary>
    public required TimeSpan Longest { get; init; }

    /// <summary>Whether bad lines are left out.</summary>
    public bool SkipInvalid { get; init; }

    /// <summary>Threads of ONNX Runtime and libtorch; 0 for their defaults.</summary>
    public int Threads { get; init; }

    /// <summary>Whether recordings are held out for the lifelong scorecard.</summary>
    public bool Scorecard { get; init; }

    /// <summary>Bootstrap samples of an interval.</summary>
    public required int Draws { get; init; }

    /// <summary>Worst utterances that are listed for each result.</summary>
    public required int Worst { get; init; }

    /// <summary>JSON to write; null for none.</summary>
    public string? Json { get; init; }

    /// <summary>Markdown to write; null for none.</summary>
    public string? Markdown { get; init; }

    /// <summary>Page to write; null for none.</summary>
    public string? Html { get; init; }

    /// <summary>Folder to write pictures to; null for none.</summary>
    public string? Pictures { get; init; }

    /// <summary>Journal to keep; null for one beside the first output that is deleted at the end.</summary>
    public string? Journal { get; init; }

    /// <summary>Whether a journal that exists is thrown away.</summary>
    public bool Restart { get; init; }

    /// <summary>The command line, for the report.</summary>
    public required string Command { get; init; }
}
