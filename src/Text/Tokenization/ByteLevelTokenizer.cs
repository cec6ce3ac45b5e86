using System.Text.Json;
using System.Text.RegularExpressions;
using Attune.Recognition.Models;
using Attune.Text.Models;
using Microsoft.ML.Tokenizers;

namespace Attune.Text.Tokenization;

/// <summary>GPT-2's byte-level byte-pair encoding: every text has tokens, and they give back exactly its bytes.</summary>
/// <remarks>Immutable; thread-safe.</remarks>
public sealed partial class ByteLevelTokenizer : ITokenizer
{
    private readonly BpeTokenizer _bpe;
    private readonly byte[][] _bytes;

    private ByteLevelTokenizer(BpeTokenizer bpe, byte[][] bytes)
    {
        _bpe = bpe;
        _bytes = bytes;
    }

    public int Count => _bytes.Length;

    /// <summary>Reads <c>vocab.json</c> and <c>merges.txt</c> of a model folder.</summary>
    /// <exception cref="ModelException">
    /// MissingFile, UnreadableFile, InvalidJson; InvalidVocabulary if a byte has no token or a merge makes none; VocabularySize if the ids
    /// are not 0 to vocab_size - 1, each once.
    /// </exception>
    public static ByteLevelTokenizer Read(string folder, TextModelConfig config)
    {
        var ids = ReadVocabulary(Path.Combine(folder, "vocab.json"), config);
        var merges = ReadMerges(Path.Combine(folder, "merges.txt"), ids);
        var bytes = new byte[config.VocabularySize][];
        foreach (var (token, id) in ids) bytes[id] = id == config.EndOfTextId ? [] : ByteAlphabet.Decode(token) ?? [];

        var bpe = BpeTokenizer.Create(new BpeOptions(ids)
        {
            Merges = merges,
            ByteLevel = true,
            PreTokenizer = new RegexPreTokenizer(Pieces(), specialTokens: null),
        });
        return new ByteLevelTokenizer(bpe, bytes);
    }

    public IReadOnlyList<int> Encode(string text)
    {
        UnicodeText.Check(text);
        return _bpe.EncodeToIds(text);
    }

    public ReadOnlySpan<byte> Bytes(int token) => _bytes[token];

    /// <summary>Never: each byte has a token.</summary>
    public bool IsUnknown(int token) => false;

    // The pieces within which GPT-2 merges: contractions, words and numbers with the space before them, punctuation, white space.
    [GeneratedRegex(@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+", RegexOptions.CultureInvariant)]
    internal static partial Regex Pieces();

    private static Dictionary<string, int> ReadVocabulary(string path, TextModelConfig config)
    {
        using var json = StrictJson.ReadObject(path);
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var item in json.RootElement.EnumerateObject())
        {
            if (item.Value.ValueKind != JsonValueKind.Number || !item.Value.TryGetInt32(out var id))
                throw Invalid(path, $"must give each token an integer. Given for '{item.Name}': {item.Value.GetRawText()}");
            ids.Add(item.Name, id);
        }

        if (ids.Count != config.VocabularySize || !ids.Values.Order().SequenceEqual(Enumerable.Range(0, config.VocabularySize)))
        {
            throw new ModelException(
                ModelError.VocabularySize,
                $"{path} has {ids.Count} tokens and config.json has vocab_size {config.VocabularySize}: the ids must be 0 to "
                + $"{config.VocabularySize - 1}, each once. Use the vocab.json that belongs to this model.");
        }

        if (ByteAlphabet.All.FirstOrDefault(character => !ids.ContainsKey(character.ToString())) is var missing and not '\0')
            throw Invalid(path, $"must have a token for each byte. Missing: '{missing}'");
        return ids;
    }

    private static List<string> ReadMerges(string path, Dictionary<string, int> ids)
    {
        var merges = new OrderedDictionary<string, int>(StringComparer.Ordinal);
        var number = 0;
        foreach (var line in TextLines.Read(path))
        {
            number++;
            if (line.Length == 0 || (number == 1 && line.StartsWith("#version", StringComparison.Ordinal))) continue;
            var parts = line.Split(' ');
            if (parts.Length != 2 || parts[0].Length == 0 || parts[1].Length == 0)
                throw Invalid(path, $"must have two tokens with a space between them in each line. Given in line {number}: '{line}'");
            if (!ids.ContainsKey(parts[0]) || !ids.ContainsKey(parts[1]) || !ids.ContainsKey(parts[0] + parts[1]))
                throw Invalid(path, $"must merge tokens of vocab.json into one of them. Given in line {number}: '{line}'");
            if (!merges.TryAdd(line, number)) throw Invalid(path, $"must have each merge once. Given in lines {merges[line]} and {number}: '{line}'");
        }

        return [.. merges.Keys];
    }

    private static ModelException Invalid(string path, string rule) =>
        new(ModelError.InvalidVocabulary, $"{path} {rule}. Use the file that belongs to this model.");
}
