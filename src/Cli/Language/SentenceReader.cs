using System.Text.Json;
using Attune.Evaluation;
using Attune.Recognition.Language;

namespace Attune.Cli.Language;

/// <summary>Reads the sentences of text files: one a line, or the texts of a manifest.</summary>
/// <param name="isRaw">Whether words are what white space separates; otherwise they are in the form in which transcripts are compared.</param>
internal sealed class SentenceReader(bool isRaw)
{
    /// <summary>Sentences of files in order, those without words left out.</summary>
    /// <exception cref="LanguageModelException">A line of a manifest has no text.</exception>
    public IEnumerable<IReadOnlyList<string>> Read(IEnumerable<string> files) => files.SelectMany(Read).Select(Words).Where(words => words.Count > 0);

    private static IEnumerable<string> Read(string file)
    {
        var isManifest = Path.GetExtension(file) is ".jsonl" or ".json";
        var number = 0;
        foreach (var line in File.ReadLines(file))
        {
            number++;
            if (line.Length > 0) yield return isManifest ? TextOf(file, number, line) : line;
        }
    }

    private static string TextOf(string file, int number, string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            if (document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("text", out var text) && text.ValueKind == JsonValueKind.String) return text.GetString()!;
        }
        catch (JsonException exception)
        {
            throw new LanguageModelException($"{file}, line {number}: it must be JSON with a field 'text'. {exception.Message}", exception);
        }

        throw new LanguageModelException($"{file}, line {number}: it must have a field 'text'.");
    }

    private IReadOnlyList<string> Words(string line) => isRaw ? line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) : TextNormalizer.Words(line);
}
