using System.Text.Json;

namespace Attune.Cli.Evaluation;

/// <summary>What is recognised: JSON lines with <c>audio_filepath</c>, <c>text</c> and, if known, <c>speaker</c>.</summary>
/// <remarks>Unlike a manifest to train on, its transcripts may have characters that the model cannot write: those are errors of the model.</remarks>
internal static class EvaluationManifest
{
    /// <summary>Reads every line; blank ones are skipped, further fields ignored.</summary>
    /// <returns>Lines in order, and a problem for each bad one.</returns>
    /// <exception cref="IOException">The manifest cannot be read.</exception>
    public static (IReadOnlyList<ManifestLine> Lines, IReadOnlyList<string> Problems) Read(string path)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var lines = new List<ManifestLine>();
        var problems = new List<string>();
        var number = 0;
        foreach (var text in File.ReadLines(path))
        {
            number++;
            if (string.IsNullOrWhiteSpace(text)) continue;
            try
            {
                lines.Add(Read(folder, number, text));
            }
            catch (Exception exception) when (exception is JsonException or InvalidDataException)
            {
                problems.Add($"line {number}: {exception.Message}");
            }
        }

        return (lines, problems);
    }

    private static ManifestLine Read(string folder, int number, string text)
    {
        using var json = JsonDocument.Parse(text);
        if (json.RootElement.ValueKind != JsonValueKind.Object) throw new InvalidDataException("each line must be a JSON object.");
        var audio = Text(json.RootElement, "audio_filepath") ?? throw new InvalidDataException("'audio_filepath' is missing.");
        var reference = Text(json.RootElement, "text") ?? throw new InvalidDataException("'text' is missing.");
        return new(number, audio, Path.Combine(folder, audio), reference, Text(json.RootElement, "speaker"));
    }

    /// <summary>A field's text; a number counts as its digits, since speakers are often numbered.</summary>
    private static string? Text(JsonElement root, string name)
    {
        if (!root.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null) return null;
        try
        {
            if (value.ValueKind == JsonValueKind.String) return value.GetString();
        }
        catch (InvalidOperationException)
        {
            // An escaped surrogate without its other half.
        }

        return value.ValueKind == JsonValueKind.Number
            ? value.GetRawText()
            : throw new InvalidDataException($"'{name}' must be text. Given: {value.GetRawText()}");
    }
}
