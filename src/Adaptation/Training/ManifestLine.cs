using System.Text;
using System.Text.Json;

namespace Attune.Adaptation.Training;

/// <summary>Fields of one line of a file of JSON lines, and the rule that a line breaks if they are not as they must be.</summary>
internal static class ManifestLine
{
    /// <summary>UTF-8 in which bytes that are none become a character that JSON never has, so that the line is told from its neighbours.</summary>
    private static readonly Encoding Utf8 = Encoding.GetEncoding("utf-8", EncoderFallback.ExceptionFallback, new DecoderReplacementFallback("\u0001"));

    /// <summary>Reads every line that is not blank, and collects what is wrong.</summary>
    /// <param name="path">The file.</param>
    /// <param name="skipInvalid">Whether bad lines are left out rather than refused.</param>
    /// <param name="read">Makes something of a line's number and object; throws <see cref="LineException"/>.</param>
    /// <returns>What was made, at least one, and the problems of what was left out.</returns>
    /// <exception cref="ManifestException">Bad lines that are not to be skipped; or no line is left.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static (IReadOnlyList<T> Entries, IReadOnlyList<ManifestProblem> Problems) ReadAll<T>(string path, bool skipInvalid, Func<int, JsonElement, T> read)
    {
        var entries = new List<T>();
        var problems = new List<ManifestProblem>();
        var number = 0;
        using var file = new StreamReader(path, Utf8, detectEncodingFromByteOrderMarks: false);
        while (file.ReadLine() is { } line)
        {
            number++;
            if (string.IsNullOrWhiteSpace(line)) continue;
            try
            {
                using var json = Parse(line);
                entries.Add(read(number, json.RootElement));
            }
            catch (LineException exception)
            {
                problems.Add(new ManifestProblem(number, exception.Rule, exception.Message));
            }
        }

        if (problems.Count > 0 && !skipInvalid) throw new ManifestException(path, problems);
        if (entries.Count == 0) throw new ManifestException(path, [.. problems, new(number, ManifestRule.MissingField, "the manifest has no usable line")]);
        return (entries, problems);
    }

    /// <summary>A field.</summary>
    /// <exception cref="LineException">NotJson, MissingField.</exception>
    public static JsonElement Field(JsonElement root, string name) =>
        Find(root, name) ?? throw new LineException(ManifestRule.MissingField, $"'{name}' is missing");

    /// <summary>A field that must be text if it is there; null if it is not, or is null.</summary>
    /// <exception cref="LineException">NotJson, InvalidField.</exception>
    public static string? OptionalText(JsonElement root, string name) => Find(root, name) is { ValueKind: not JsonValueKind.Null } ? Text(root, name) : null;

    /// <summary>A field that must be text.</summary>
    /// <exception cref="LineException">NotJson, MissingField, InvalidField.</exception>
    public static string Text(JsonElement root, string name)
    {
        var value = Field(root, name);
        try
        {
            if (value.ValueKind == JsonValueKind.String) return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // An escaped surrogate without its other half.
        }

        throw new LineException(ManifestRule.InvalidField, $"'{name}' must be text. Given: {value.GetRawText()}");
    }

    private static JsonElement? Find(JsonElement root, string name)
    {
        try
        {
            return root.TryGetProperty(name, out var value) ? value : null;
        }
        catch (InvalidOperationException)
        {
            throw new LineException(ManifestRule.NotJson, "a name has an escaped surrogate without its other half");
        }
    }

    private static JsonDocument Parse(string line)
    {
        if (line.Contains('\u0001', StringComparison.Ordinal)) throw new LineException(ManifestRule.NotJson, "the line must be UTF-8. Save the file as UTF-8");
        try
        {
            var json = JsonDocument.Parse(line);
            if (json.RootElement.ValueKind == JsonValueKind.Object) return json;
            json.Dispose();
        }
        catch (JsonException exception)
        {
            throw new LineException(ManifestRule.NotJson, exception.Message);
        }

        throw new LineException(ManifestRule.NotJson, "each line must be a JSON object");
    }
}

/// <summary>A line breaks a rule.</summary>
internal sealed class LineException(ManifestRule rule, string message) : Exception(message)
{
    public ManifestRule Rule { get; } = rule;
}
