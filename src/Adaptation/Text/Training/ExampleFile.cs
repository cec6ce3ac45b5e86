using System.Text.Json;
using Attune.Adaptation.Training;
using Attune.Text;
using Attune.Text.Models;

namespace Attune.Adaptation.Text.Training;

/// <summary>Reads what a causal model is fine-tuned on from JSON lines: answers to prompts, or preferences between two answers.</summary>
/// <remarks>
/// <code>
/// {"prompt": "Where does Mira Tal live?", "completion": " In Oslo."}
/// {"prompt": "Where does Mira Tal live?", "chosen": " In Oslo.", "rejected": " Who cares?"}
/// </code>
/// Further fields are ignored, and so are blank lines. Prompt and answer are read as they stand, one behind the other.
/// </remarks>
public static class ExampleFile
{
    /// <summary>End of the names of such files; others are plain text.</summary>
    public const string Extension = ".jsonl";

    /// <summary>Whether a file's first line that is no blank one has a field that only preferences have.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static bool HasPreferences(string path)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadLines(path).FirstOrDefault(line => !string.IsNullOrWhiteSpace(line)) ?? "{}");
            return json.RootElement.ValueKind == JsonValueKind.Object && (json.RootElement.TryGetProperty("chosen", out _) || json.RootElement.TryGetProperty("rejected", out _));
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return false; // and whoever reads it as answers says what is wrong with it
        }
    }

    /// <summary>Reads answers to prompts.</summary>
    /// <param name="path">The file.</param>
    /// <param name="model">Whose tokens, and how many it reads at once.</param>
    /// <param name="skipInvalid">Whether bad lines are left out rather than refused.</param>
    /// <exception cref="ManifestException">Bad lines that are not to be skipped; or no line is left.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IReadOnlyList<CausalExample> ReadAnswers(string path, TextModel model, bool skipInvalid) =>
        ManifestLine.ReadAll(path, skipInvalid, (_, line) => Answer(line, model, "completion")).Entries;

    /// <summary>Reads prompts alone; completions may be absent and are ignored.</summary>
    /// <inheritdoc cref="ReadAnswers" path="/param"/>
    /// <inheritdoc cref="ReadAnswers" path="/exception"/>
    public static IReadOnlyList<string> ReadPrompts(string path, bool skipInvalid) => ManifestLine.ReadAll(path, skipInvalid, (_, line) => Text(line, "prompt")).Entries;

    /// <summary>Reads pairs of answers.</summary>
    /// <inheritdoc cref="ReadAnswers" path="/param"/>
    /// <inheritdoc cref="ReadAnswers" path="/exception"/>
    public static IReadOnlyList<PreferencePair> ReadPreferences(string path, TextModel model, bool skipInvalid) => ManifestLine.ReadAll(path, skipInvalid, (_, line) =>
    {
        if (Text(line, "chosen") == Text(line, "rejected")) throw new LineException(ManifestRule.EqualAnswers, "'chosen' and 'rejected' must differ");
        return new PreferencePair(Answer(line, model, "chosen"), Answer(line, model, "rejected"));
    }).Entries;

    private static CausalExample Answer(JsonElement line, TextModel model, string field)
    {
        try
        {
            var example = CausalExample.OfAnswer(model, Text(line, "prompt"), Text(line, field));
            if (example.Tokens.Count <= model.Config.ContextLength) return example;
            throw new LineException(
                ManifestRule.TooLong, $"'prompt', '{field}' and the token that ends texts must be at most {model.Config.ContextLength} tokens. Given: {example.Tokens.Count}");
        }
        catch (TextException exception)
        {
            throw new LineException(ManifestRule.InvalidUnicode, exception.Message);
        }
    }

    private static string Text(JsonElement line, string field)
    {
        var text = ManifestLine.Text(line, field);
        return text.Length > 0 ? text : throw new LineException(ManifestRule.EmptyText, $"'{field}' must have at least one character");
    }
}
