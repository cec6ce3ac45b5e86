using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Attune.Recognition.Audio;

namespace Attune.Adaptation.Tests;

/// <summary>Reference values for one tiny model; the fields are described in tests/Fixtures/README.md.</summary>
internal sealed partial record GoldenFile(string Model, IReadOnlyList<GoldenCase> Cases)
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    /// <summary>
    /// Whether the reference agrees with itself: every number is one, and the runs of one input, which start from the same weights, begin
    /// with the same gradient. A file that does not was computed with arbitrary gradients (tests/Fixtures/README.md).
    /// </summary>
    public bool AgreesWithItself => Cases.All(golden =>
        golden.Runs.All(run => double.IsFinite(run.LossAfter) && run.Steps.All(step => double.IsFinite(step.Total) && double.IsFinite(step.GradientNorm)))
        && golden.Runs.All(run => Math.Abs(run.Steps[0].GradientNorm / golden.Runs[0].Steps[0].GradientNorm - 1) < 1e-3));

    /// <summary>Reads the values that belong to a model folder.</summary>
    public static GoldenFile Read(string model)
    {
        // The reference writes NaN as Python does, which JSON does not have.
        var text = BareNaN().Replace(File.ReadAllText(Path.Combine(RepositoryFiles.Golden(model), "golden.json")), "\"NaN\"");
        return JsonSerializer.Deserialize<GoldenFile>(text, Options)!;
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
