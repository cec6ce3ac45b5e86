using System.Diagnostics.CodeAnalysis;

namespace Attune.Recognition.Models;

/// <summary>The output symbols of a model: one token per id from 0 to <see cref="Count"/> - 1.</summary>
/// <remarks>Immutable; thread-safe.</remarks>
public sealed class Vocabulary
{
    private readonly string[] _tokens;
    private readonly bool[] _special;
    private readonly IReadOnlyDictionary<string, int> _ids;

    /// <summary>The ids must be exactly 0 to count - 1, each once; <see cref="VocabularyReader"/> checks that.</summary>
    internal Vocabulary(IReadOnlyDictionary<string, int> ids, int blankId, string wordDelimiter, IReadOnlySet<string> specialTokens)
    {
        _ids = ids;
        _tokens = new string[ids.Count];
        _special = new bool[ids.Count];
        foreach (var (token, id) in ids)
        {
            _tokens[id] = token;
            _special[id] = specialTokens.Contains(token);
        }

        BlankId = blankId;
        _special[blankId] = true;
        if (!ids.TryGetValue(wordDelimiter, out var delimiter) || delimiter == blankId) return;
        WordDelimiterId = delimiter;
        _special[delimiter] = false;
    }

    /// <summary>Number of tokens V.</summary>
    public int Count => _tokens.Length;

    /// <summary>Id of the CTC blank, which is the model's padding token.</summary>
    public int BlankId { get; }

    /// <summary>Id of the token that stands between words; null for a vocabulary without one.</summary>
    public int? WordDelimiterId { get; }

    /// <summary>Reads <c>vocab.json</c> of a model folder, and where present the tokenizer's own files.</summary>
    /// <param name="folder">The model folder.</param>
    /// <param name="config">Gives the expected number of tokens and the blank.</param>
    /// <exception cref="ModelException">
    /// MissingFile, UnreadableFile, InvalidJson, InvalidVocabulary, NestedVocabulary, or VocabularySize if the ids are not
    /// 0 to vocab_size - 1, each once.
    /// </exception>
    public static Vocabulary Read(string folder, ModelConfig config) => VocabularyReader.Read(folder, config);

    /// <summary>Whether a token never appears in text: the blank and the tokens for beginning, end, unknown and padding.</summary>
    /// <exception cref="IndexOutOfRangeException">The id is not in 0 to <see cref="Count"/> - 1.</exception>
    public bool IsSpecial(int id) => _special[id];

    /// <summary>The token with an id.</summary>
    /// <exception cref="IndexOutOfRangeException">The id is not in 0 to <see cref="Count"/> - 1.</exception>
    public string Token(int id) => _tokens[id];

    /// <summary>The id of a token; false if there is none. Case matters.</summary>
    public bool TryGetId(string token, [MaybeNullWhen(false)] out int id) => _ids.TryGetValue(token, out id);
}
