using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Attune.Recognition.Audio;

namespace Attune.Adaptation.Tests;

/// <summary>Reference values for one tiny model; the fields are described in tests/Fixtures/README.md.</summary>
internal sealed partial record GoldenFile(string Model, IReadOnlyList<GoldenCase> Cases)
{
    /// <summary>
    /// SHA-256 of the one file whose gradients are known to be broken: the feature extractor's are lost or arbitrary at most steps, as
    /// tests/Fixtures/README.md shows from the file itself, and GradientTests from finite differences.
    /// </summary>
    private const string BrokenGradients = "717efc3e27f4710e210c2d4efd34705f07b7cd4dba340c21ea093a23bf9b87ef";

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    /// <summary>Whether what follows the first gradient can be relied on.</summary>
    public bool HasSoundGradients { get; private init; }

    /// <summary>Reads the values that belong to a model folder.</summary>
    public static GoldenFile Read(string model)
    {
        var bytes = File.ReadAllBytes(Path.Combine(RepositoryFiles.Golden(model), "golden.json"));
        // The reference writes NaN as Python does, which JSON does not have.
        var text = BareNaN().Replace(System.Text.Encoding.UTF8.GetString(bytes), "\"NaN\"");
        return JsonSerializer.Deserialize<GoldenFile>(text, Options)! with
        {
            HasSoundGradients = Convert.ToHexStringLower(SHA256.HashData(bytes)) != BrokenGradients,
        };
    }

    /// <summary>The samples of an input, at 16 kHz.</summary>
    public static async Task<float[]> ReadWaveformAsync(string wav)
    {
        var bytes = await File.ReadAllBytesAsync(RepositoryFiles.Golden(wav));
        return (await new AudioDecoder(new AudioOptions()).DecodeAsync(bytes, null, 16_000, CancellationToken.None)).Samples;
    }

    [GeneratedRegex(@"(?<=[\s,:\[])NaN(?=[\s,\]}])")]
    private static partial Regex BareNaN();
}

internal sealed record GoldenCase(string Wav, int Frames, string Text, float[][] Logits, IReadOnlyList<GoldenRun> Runs);

internal sealed record GoldenRun(
    double Lr,
    bool RepeatUpdatesPerEnclosingModule,
    IReadOnlyList<GoldenStep> Steps,
    IReadOnlyDictionary<string, GoldenParameter> ParamsAfter,
    double LossAfter,
    string TextAfter,
    [property: JsonPropertyName("logits_after_frame0")] float[] LogitsAfterFrame0);

internal sealed record GoldenStep(double Total, double Entropy, double Mcc, bool AllBlank, [property: JsonPropertyName("grad_l2")] double GradientNorm);

internal sealed record GoldenParameter(double Sum, double L2, float[] Head);
