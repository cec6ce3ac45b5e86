using System.Text.Json;

namespace Attune.Recognition.Models;

/// <summary>Reads a <see cref="Vocabulary"/> from the files that Hugging Face's Wav2Vec2CTCTokenizer writes.</summary>
/// <remarks>
/// <c>vocab.json</c> is needed. <c>added_tokens.json</c> completes it: tokenizers keep tokens there that were added after the vocabulary
/// was made. <c>special_tokens_map.json</c> and <c>tokenizer_config.json</c> name special tokens and the word delimiter.
/// </remarks>
internal sealed class VocabularyReader
{
    private static readonly string[] SpecialKeys = ["bos_token", "eos_token", "unk_token", "pad_token"];

    private readonly string _folder;
    private readonly string _path;
    private readonly ModelConfig _config;
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly HashSet<string> _special = new(StringComparer.Ordinal) { "<s>", "</s>", "<unk>", "<pad>" };
    private string _wordDelimiter = "|";

    private VocabularyReader(string folder, ModelConfig config)
    {
        _folder = folder;
        _path = Path.Combine(folder, "vocab.json");
        _config = config;
    }

    /// <inheritdoc cref="Vocabulary.Read"/>
    public static Vocabulary Read(string folder, ModelConfig config)
    {
        var reader = new VocabularyReader(folder, config);
        reader.ReadTokens();
        reader.ReadAddedTokens();
        reader.ReadSpecialTokens("special_tokens_map.json");
        reader.ReadSpecialTokens("tokenizer_config.json");
        reader.CheckIds();
        return new Vocabulary(reader._ids, config.BlankId, reader._wordDelimiter, reader._special);
    }

    private void ReadTokens()
    {
        using var json = StrictJson.ReadObject(_path);
        foreach (var item in json.RootElement.EnumerateObject())
        {
            if (item.Value.ValueKind == JsonValueKind.Object)
            {
                throw new ModelException(
                    ModelError.NestedVocabulary,
                    $"{_path} holds one vocabulary per language ('{item.Name}', ...), which is not supported. Keep one of them as the "
                    + "whole file, with the weights that belong to it.");
            }

            _ids.Add(item.Name, ReadId(_path, item));
        }
    }

    // Tokens beyond vocab_size were added without enlarging the model: it cannot give them out, so they are left aside.
    private void ReadAddedTokens()
    {
        var path = Path.Combine(_folder, "added_tokens.json");
        if (!File.Exists(path)) return;
        using var json = StrictJson.ReadObject(path);
        foreach (var item in json.RootElement.EnumerateObject())
        {
            var id = ReadId(path, item);
            if (id < _config.VocabularySize) _ids.TryAdd(item.Name, id);
        }
    }

    private static int ReadId(string path, JsonProperty item)
    {
        if (item.Value.ValueKind == JsonValueKind.Number && item.Value.TryGetInt32(out var id) && id >= 0) return id;
        throw new ModelException(
            ModelError.InvalidVocabulary,
            $"{path} must give each token a non-negative integer. Given for '{item.Name}': {item.Value.GetRawText()}. Fetch the file "
            + "again.");
    }

    private void ReadSpecialTokens(string file)
    {
        var path = Path.Combine(_folder, file);
        if (!File.Exists(path)) return;
        using var json = StrictJson.ReadObject(path);
        foreach (var key in SpecialKeys)
        {
            if (ReadToken(path, json.RootElement, key) is { } token) _special.Add(token);
        }

        _wordDelimiter = ReadToken(path, json.RootElement, "word_delimiter_token") ?? _wordDelimiter;
    }

    // A token is written as its text, or as an object that holds the text in "content"; null means none.
    private static string? ReadToken(string path, JsonElement root, string key)
    {
        if (!root.TryGetProperty(key, out var token) || token.ValueKind == JsonValueKind.Null) return null;
        var text = token.ValueKind == JsonValueKind.Object && token.TryGetProperty("content", out var content) ? content : token;
        if (text.ValueKind == JsonValueKind.String) return text.GetString();
        throw new ModelException(
            ModelError.InvalidVocabulary,
            $"{path} must give '{key}' as text, or as an object with its text in 'content'. Given: {token.GetRawText()}.");
    }

    private void CheckIds()
    {
        var size = _config.VocabularySize;
        var problems = new List<string>();
        if (_ids.Count != size) problems.Add("the numbers differ");
        if (_ids.Values.Any(id => id >= size)) problems.Add($"id {_ids.Values.Max()} is beyond the last, {size - 1}");
        var shared = _ids.GroupBy(token => token.Value).FirstOrDefault(group => group.Count() > 1);
        if (shared is not null)
            problems.Add($"id {shared.Key} belongs to {string.Join(" and ", shared.Select(token => $"'{token.Key}'"))}");
        var present = _ids.Values.ToHashSet();
        var missing = Enumerable.Range(0, size).Where(id => !present.Contains(id)).Take(1).ToArray();
        if (missing.Length > 0) problems.Add($"id {missing[0]} has no token");
        if (problems.Count == 0) return;
        throw new ModelException(
            ModelError.VocabularySize,
            $"{_path} has {_ids.Count} tokens and config.json has vocab_size {size}: the ids must be 0 to {size - 1}, each once, but "
            + $"{string.Join("; ", problems)}. Use the vocab.json that belongs to this model.");
    }
}
