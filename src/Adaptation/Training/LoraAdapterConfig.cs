using System.Text.Json;
using System.Text.Json.Serialization;
using Attune.Recognition.Models;

namespace Attune.Adaptation.Training;

/// <summary>The file <c>adapter_config.json</c>, as PEFT writes it.</summary>
/// <remarks>What is not listed here is either without effect on a trained adapter or refused by <see cref="Read"/>.</remarks>
internal sealed record LoraAdapterConfig
{
    public const string FileName = "adapter_config.json";

    /// <summary>Options of PEFT that change the computation and are not supported unless they have one of these values.</summary>
    private static readonly Dictionary<string, string[]> Unsupported = new(StringComparer.Ordinal)
    {
        ["peft_type"] = ["\"LORA\""],
        ["bias"] = ["\"none\""],
        ["use_dora"] = ["false"],
        ["use_rslora"] = ["false"],
        ["modules_to_save"] = ["[]"],
        ["layers_to_transform"] = ["[]"],
        ["exclude_modules"] = ["[]"],
        ["rank_pattern"] = ["{}"],
        ["alpha_pattern"] = ["{}"],
    };

    private static readonly JsonSerializerOptions Format = new() { WriteIndented = true, RespectRequiredConstructorParameters = true };

    [JsonPropertyName("base_model_name_or_path")]
    public string? BaseModel { get; init; }

    [JsonPropertyName("bias")]
    public string Bias { get; init; } = "none";

    [JsonPropertyName("fan_in_fan_out")]
    public bool FanInFanOut { get; init; }

    [JsonPropertyName("inference_mode")]
    public bool InferenceMode { get; init; } = true;

    [JsonPropertyName("lora_alpha")]
    public required double Alpha { get; init; }

    [JsonPropertyName("lora_dropout")]
    public double Dropout { get; init; }

    [JsonPropertyName("peft_type")]
    public string Type { get; init; } = "LORA";

    [JsonPropertyName("r")]
    public required int Rank { get; init; }

    [JsonPropertyName("target_modules")]
    public required IReadOnlyList<string> Targets { get; init; }

    [JsonPropertyName("task_type")]
    public string? Task { get; init; }

    /// <summary>The file's text.</summary>
    public string Write() => JsonSerializer.Serialize(this, Format) + "\n";

    /// <summary>Reads and checks a file.</summary>
    /// <exception cref="ModelException">MissingFile, UnreadableFile, InvalidJson, InvalidConfig or UnsupportedFeature.</exception>
    public static LoraAdapterConfig Read(string path)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllText(path));
            CheckSupported(path, json.RootElement);
            var config = json.RootElement.Deserialize<LoraAdapterConfig>(Format)!;
            if (config is { Rank: > 0, Alpha: > 0 and < double.PositiveInfinity, Targets: { Count: > 0 } }) return config;
            throw new ModelException(
                ModelError.InvalidConfig,
                $"{path} must have r and lora_alpha above 0 and a list of target_modules. Given: r {config.Rank}, lora_alpha {config.Alpha}, {config.Targets.Count} targets.");
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new ModelException(ModelError.InvalidJson, $"{path} is not the configuration of a LoRA adapter: {exception.Message}", exception);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ModelException(ModelError.MissingFile, $"{path} is missing. An adapter's folder needs it.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ModelException(ModelError.UnreadableFile, $"{path} cannot be read: {exception.Message}", exception);
        }
    }

    private static void CheckSupported(string path, JsonElement root)
    {
        foreach (var (key, values) in Unsupported)
        {
            if (!root.TryGetProperty(key, out var element) || element.ValueKind == JsonValueKind.Null || values.Contains(element.GetRawText())) continue;
            throw new ModelException(
                ModelError.UnsupportedFeature,
                $"{path} asks for {key} {element.GetRawText()}; only {values[0]} is supported. Merge the adapter where it was made, and take the merged model.");
        }
    }
}
