using Attune.Adaptation.Fast;
using Attune.Recognition.Decoding;

namespace Attune.Cli.Transcription;

/// <summary>What <c>attune transcribe</c> was asked to do; every value is valid.</summary>
internal sealed record TranscribeSettings
{
    /// <summary>Files, folders and patterns, as given.</summary>
    public required IReadOnlyList<string> Files { get; init; }

    /// <summary>Folder of the model, as given.</summary>
    public required string Model { get; init; }

    /// <summary>Whether to adapt; if not, libtorch is never loaded.</summary>
    public required bool Adapt { get; init; }

    /// <summary>How to adapt.</summary>
    public required FastUpdateOptions Fast { get; init; }

    /// <summary>Language model and what no request says.</summary>
    public required DecodingOptions Decoding { get; init; }

    /// <summary>How finals are searched for.</summary>
    public required DecodingRequest DecodingRequest { get; init; }

    /// <summary>Latency budget of each file; null for as long as it takes.</summary>
    public TimeSpan? Budget { get; init; }

    /// <summary>Threads of ONNX Runtime and libtorch; 0 for their defaults.</summary>
    public int Threads { get; init; }

    /// <summary>One JSON object a line in place of text for people.</summary>
    public bool Json { get; init; }

    /// <summary>Whether text for people lists words with times.</summary>
    public bool Words { get; init; }
}
