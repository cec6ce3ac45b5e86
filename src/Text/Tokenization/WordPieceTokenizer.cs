using System.Text;
using Attune.Recognition.Models;
using Attune.Text.Models;
using Microsoft.ML.Tokenizers;

namespace Attune.Text.Tokenization;

/// <summary>BERT's tokens: words, cut into the longest pieces that the vocabulary has; a word without such pieces is one unknown token.</summary>
/// <remarks>Immutable; thread-safe.</remarks>
public sealed class WordPieceTokenizer : ITokenizer
{
    private const string Unknown = "[UNK]", Classification = "[CLS]", Separator = "[SEP]", Continuation = "##";

    private readonly BertTokenizer _bert;
    private readonly bool _stripsAccents;
    private readonly byte[][] _bytes;
    private readonly int _unknownId;

    private WordPieceTokenizer(BertTokenizer bert, bool stripsAccents, byte[][] bytes, IReadOnlyDictionary<string, int> ids)
    {
        _bert = bert;
        _stripsAccents = stripsAccents;
        _bytes = bytes;
        _unknownId = ids[Unknown];
        ClassificationId = ids[Classification];
        SeparatorId = ids[Separator];
    }

    public int Count => _bytes.Length;

    /// <summary>Token in front of a text.</summary>
    public int ClassificationId { get; }

    /// <summary>Token after a text.</summary>
    public int SeparatorId { get; }

    /// <summary>Reads <c>vocab.txt</c> and, where present, <c>do_lower_case</c> and what goes with it from <c>tokenizer_config.json</c>.</summary>
    /// <exception cref="ModelException">
    /// MissingFile, UnreadableFile, InvalidJson; InvalidVocabulary if a special token is missing or a token stands twice; VocabularySize.
    /// </exception>
    public static WordPieceTokenizer Read(string folder, TextModelConfig config)
    {
        var path = Path.Combine(folder, "vocab.txt");
        var ids = ReadVocabulary(path, config);
        var options = ReadOptions(Path.Combine(folder, "tokenizer_config.json"));
        using var vocabulary = new MemoryStream(Encoding.UTF8.GetBytes(string.Join('\n', ids.Keys) + "\n"));
        var bytes = ids.Keys.Select(Spell).ToArray();
        return new WordPieceTokenizer(BertTokenizer.Create(vocabulary, options), options.RemoveNonSpacingMarks, bytes, ids);
    }

    public IReadOnlyList<int> Encode(string text)
    {
        UnicodeText.Check(text);
        // The library takes accents from letters that are decomposed; decomposing them is left to .NET, which does not do it without ICU.
        return _bert.EncodeToIds(_stripsAccents ? Decomposition.Apply(text) : text, addSpecialTokens: false);
    }

    /// <summary>The characters of the piece; one that does not go on a word starts with a space.</summary>
    public ReadOnlySpan<byte> Bytes(int token) => _bytes[token];

    public bool IsUnknown(int token) => token == _unknownId;

    private static OrderedDictionary<string, int> ReadVocabulary(string path, TextModelConfig config)
    {
        var ids = new OrderedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var token in TextLines.Read(path))
        {
            if (token.Length == 0 || token.Contains('\r', StringComparison.Ordinal)) throw Invalid(path, $"must have one token in each line. Given in line {ids.Count + 1}: '{token}'");
            if (!ids.TryAdd(token, ids.Count))
                throw Invalid(path, $"must have each token once. Given in lines {ids[token] + 1} and {ids.Count + 1}: '{token}'");
        }

        if (ids.Count != config.VocabularySize)
        {
            throw new ModelException(
                ModelError.VocabularySize,
                $"{path} has {ids.Count} tokens and config.json has vocab_size {config.VocabularySize}: both must agree. Use the vocab.txt that "
                + "belongs to this model.");
        }

        foreach (var token in new[] { Unknown, Classification, Separator, "[PAD]", "[MASK]" })
        {
            if (!ids.ContainsKey(token)) throw Invalid(path, $"must have the special token {token}");
        }

        return ids;
    }

    private static BertOptions ReadOptions(string path)
    {
        var options = new BertOptions { SplitOnSpecialTokens = false, RemoveNonSpacingMarks = true };
        if (!File.Exists(path)) return options;
        using var json = StrictJson.ReadObject(path);
        var fields = new JsonFields(json.RootElement);
        options.LowerCaseBeforeTokenization = fields.Flag("do_lower_case", true);
        options.IndividuallyTokenizeCjk = fields.Flag("tokenize_chinese_chars", true);
        options.ApplyBasicTokenization = fields.Flag("do_basic_tokenize", true);
        // Without a word about accents, they go where capitals go.
        options.RemoveNonSpacingMarks = fields.Has("strip_accents") ? fields.Flag("strip_accents", true) : options.LowerCaseBeforeTokenization;
        fields.ThrowIfAny(path, ModelError.InvalidVocabulary);
        return options;
    }

    private static byte[] Spell(string token)
    {
        if (token.StartsWith('[') && token.EndsWith(']') && token.Length > 2) return [];
        return Encoding.UTF8.GetBytes(token.StartsWith(Continuation, StringComparison.Ordinal) ? token[Continuation.Length..] : " " + token);
    }

    private static ModelException Invalid(string path, string rule) =>
        new(ModelError.InvalidVocabulary, $"{path} {rule}. Use the file that belongs to this model.");
}
