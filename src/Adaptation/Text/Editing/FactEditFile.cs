using System.Text.Json;
using Attune.Text;
using Attune.Text.Tokenization;

namespace Attune.Adaptation.Text.Editing;

/// <summary>Reads edits from a file: JSON lines, a fact each.</summary>
/// <remarks>
/// <code>
/// {"subject": "Mira Tal", "prompt": "{} lives in", "object": "Oslo", "paraphrases": ["The home of {} is"], "neighbours": ["Jon Berg lives in"]}
/// </code>
/// <c>subject</c>, <c>prompt</c> and <c>object</c> are texts; <c>paraphrases</c>, <c>neighbours</c>, <c>unrelated</c> and <c>essence</c> are lists of texts and may be
/// absent. <c>{}</c> stands for the subject. Further fields are ignored, and so are blank lines.
/// </remarks>
public static class FactEditFile
{
    /// <summary>Reads and checks every line.</summary>
    /// <exception cref="EditException">A line is wrong, the first one is told; or there is none.</exception>
    /// <exception cref="TextException">InvalidUnicode: the file is not UTF-8.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IReadOnlyList<FactEdit> Read(string path)
    {
        var edits = new List<FactEdit>();
        var number = 0;
        foreach (var line in UnicodeText.Decode(File.ReadAllBytes(path)).TrimStart('\uFEFF').Split('\n'))
        {
            number++;
            if (string.IsNullOrWhiteSpace(line)) continue;
            try
            {
                edits.Add(Parse(line));
            }
            catch (EditException exception)
            {
                throw new EditException(exception.Error, $"{path}, line {number}: {exception.Message}", exception);
            }
        }

        return edits.Count > 0 ? edits : throw new EditException(EditError.NoEdits, $"{path} must have at least one edit. Given: none. Write one on a line.");
    }

    private static FactEdit Parse(string line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            if (json.RootElement.ValueKind != JsonValueKind.Object)
                throw new EditException(EditError.NotJson, $"a line must be a JSON object. Given: {json.RootElement.ValueKind}.");
            return Read(json.RootElement);
        }
        catch (JsonException exception)
        {
            throw new EditException(EditError.NotJson, $"a line must be a JSON object. {exception.Message}", exception);
        }
        catch (InvalidOperationException exception)
        {
            throw new EditException(EditError.InvalidField, "a text has an escaped surrogate without its other half. Correct it.", exception);
        }
    }

    private static FactEdit Read(JsonElement root)
    {
        var edit = new FactEdit(Text(root, "subject"), Text(root, "prompt"), Text(root, "object"))
        {
            Paraphrases = Texts(root, "paraphrases") ?? [],
            Neighbours = Texts(root, "neighbours") ?? [],
            Unrelated = Texts(root, "unrelated") ?? [],
        };
        return Texts(root, "essence") is { } essence ? edit with { Essence = essence } : edit;
    }

    private static string Text(JsonElement root, string name)
    {
        if (!root.TryGetProperty(name, out var value)) throw new EditException(EditError.MissingField, $"'{name}' is missing.");
        return TextOf(name, value);
    }

    private static IReadOnlyList<string>? Texts(JsonElement root, string name)
    {
        if (!root.TryGetProperty(name, out var value)) return null;
        return value.ValueKind == JsonValueKind.Array
            ? [.. value.EnumerateArray().Select(item => TextOf(name, item))]
            : throw new EditException(EditError.InvalidField, $"'{name}' must be a list of texts. Given: {value.ValueKind}.");
    }

    private static string TextOf(string name, JsonElement value) => value.ValueKind == JsonValueKind.String
        ? value.GetString()!
        : throw new EditException(EditError.InvalidField, $"'{name}' must be text. Given: {value.ValueKind}.");
}
