using System.Text.Json;
using System.Text.Json.Serialization;

namespace Attune.Adaptation.Tests;

/// <summary>Reference values for a stream of utterances of one domain; the fields are described in tests/Fixtures/README.md.</summary>
internal sealed record GoldenStream(
    string Model,
    double Lr,
    int FastSteps,
    int UpdateEvery,
    [property: JsonPropertyName("K")] int Window,
    int Patience,
    double ZThreshold,
    IReadOnlyList<int> ResetsAfter,
    IReadOnlyList<GoldenUtterance> Trace,
    IReadOnlyDictionary<string, GoldenParameter> SlowParamsFinal)
{
    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>Reads the values.</summary>
    public static GoldenStream Read() =>
        JsonSerializer.Deserialize<GoldenStream>(File.ReadAllText(RepositoryFiles.Golden("stream/golden.json")), Options)!;

    /// <summary>Utterances whose recordings are there; the repository has the first ones only.</summary>
    public int RecordingCount => Trace.TakeWhile(utterance => File.Exists(RepositoryFiles.Golden(Recording(utterance.I)))).Count();

    /// <summary>The samples of an utterance.</summary>
    public static Task<float[]> ReadWaveformAsync(int index) => GoldenFile.ReadWaveformAsync(Recording(index));

    private static string Recording(int index) => $"stream/{index:000}.wav";
}

internal sealed record GoldenUtterance(
    int I, double FastAfter, [property: JsonPropertyName("z")] double? StandardErrors, bool Reset, double[]? Gaussian);
