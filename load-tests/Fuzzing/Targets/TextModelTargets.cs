using System.Text;
using Attune.Recognition.Models;
using Attune.Text;
using Attune.Text.Models;
using Attune.Text.Tokenization;

namespace Attune.Fuzzing.Targets;

/// <summary>Files of text models that somebody else made, and texts for their tokenizers.</summary>
internal static class TextModelTargets
{
    private static readonly string[] Json = ["{", "}", "[", "]", ":", ",", "\"", "null", "true", "false"];

    public static FuzzTarget Config(Scratch scratch) => new("text-config", bytes => ParseConfig(scratch, bytes), IsRefusal)
    {
        Tokens =
        [
            .. Json, "architectures", "GPT2LMHeadModel", "BertForSequenceClassification", "vocab_size", "n_embd", "n_head", "n_layer", "n_positions", "n_inner", "bos_token_id", "tie_word_embeddings",
            "activation_function", "gelu_new", "id2label", "{\"0\":\"a\",\"1\":\"b\"}", "hidden_size", "type_vocab_size", "problem_type", "position_embedding_type", "absolute", "1048576", "1048577",
        ],
    };

    /// <summary>Merges and a text, with a zero byte between them; the vocabulary is that of the tests' small model.</summary>
    public static FuzzTarget ByteLevel(Scratch scratch) => new("byte-level", bytes => ParseByteLevel(scratch, bytes), IsRefusal)
    {
        Tokens = ["#version: 0.2\n", "t h\n", "th e\n", "\u0120 the\n", " ", "\n", "\0", "the", " the", "'s", "\u00e9", "\ud83d\ude00", "<|endoftext|>"],
        MaxAllocated = 32L << 20, // the table of a new tokenizer
    };

    /// <summary>Vocabulary, settings and a text, with a zero byte between them.</summary>
    public static FuzzTarget WordPiece(Scratch scratch) => new("word-piece", bytes => ParseWordPiece(scratch, bytes), IsRefusal)
    {
        Tokens = [.. Json, "\0", "\n", "\r", "##", "[UNK]", "[CLS]", "[SEP]", "[PAD]", "[MASK]", "do_lower_case", "strip_accents", "tokenize_chinese_chars", "\u00c9", "\u0301", "\ud55c", "\u6f22", "a"],
    };

    private static bool IsRefusal(Exception exception) => exception is ModelException or TextException;

    private static string ParseConfig(Scratch scratch, byte[] bytes)
    {
        var config = TextModelConfigReader.Read(scratch.Write("config.json", bytes));
        return $"{config.Architecture} {config.Activation} {config.TiedHead} {config.Labels.Count > 2}";
    }

    private static string ParseByteLevel(Scratch scratch, byte[] bytes)
    {
        var (merges, text) = Split(bytes);
        string[] tokens = [.. Enumerable.Range(0, 256).Select(value => ByteCharacter(value).ToString()), "th", "the", "\u0120the", "<|endoftext|>"];
        var vocabulary = string.Join(',', tokens.Select((token, id) => $"{System.Text.Json.JsonSerializer.Serialize(token)}:{id}"));
        scratch.Write("vocab.json", Encoding.UTF8.GetBytes($"{{{vocabulary}}}"));
        scratch.Write("merges.txt", merges);
        var tokenizer = ByteLevelTokenizer.Read(scratch.Folder, Sizes(TextArchitecture.Gpt2, tokens.Length));
        var encoded = tokenizer.Encode(UnicodeText.Decode(text));
        if (!tokenizer.Bytes(encoded).AsSpan().SequenceEqual(text)) throw new InvalidOperationException("The tokens do not give back the text.");
        return $"{Math.Min(encoded.Count, 3)} {encoded.Any(token => token >= 256)}";
    }

    private static string ParseWordPiece(Scratch scratch, byte[] bytes)
    {
        var (vocabulary, rest) = Split(bytes);
        var (settings, text) = Split(rest);
        scratch.Write("vocab.txt", vocabulary);
        if (settings.Length > 0) scratch.Write("tokenizer_config.json", settings);
        else File.Delete(Path.Combine(scratch.Folder, "tokenizer_config.json"));
        var lines = vocabulary.Count(value => value == '\n') + (vocabulary is [.., not (byte)'\n'] ? 1 : 0);
        var tokenizer = WordPieceTokenizer.Read(scratch.Folder, Sizes(TextArchitecture.Bert, Math.Max(1, lines)));
        var encoded = tokenizer.Encode(UnicodeText.Decode(text));
        if (encoded.Any(token => token < 0 || token >= tokenizer.Count)) throw new InvalidOperationException("A token is not in the vocabulary.");
        return $"{Math.Min(encoded.Count, 3)} {encoded.Any(tokenizer.IsUnknown)}";
    }

    private static (byte[] Part, byte[] Others) Split(byte[] bytes)
    {
        var end = Array.IndexOf(bytes, (byte)0);
        return end < 0 ? (bytes, []) : (bytes[..end], bytes[(end + 1)..]);
    }

    private static TextModelConfig Sizes(TextArchitecture architecture, int vocabularySize) => new()
    {
        Architecture = architecture,
        VocabularySize = vocabularySize,
        ContextLength = 32,
        HiddenSize = 4,
        LayerCount = 1,
        HeadCount = 1,
        IntermediateSize = 4,
        Activation = Activation.Gelu,
        LayerNormEps = 1e-5,
        EndOfTextId = vocabularySize - 1,
    };

    /// <summary>The character that GPT-2 writes a byte with.</summary>
    private static char ByteCharacter(int value)
    {
        static bool IsPrintable(int value) => value is (> 32 and < 127) or (> 160 and < 173) or (> 173 and < 256);

        return IsPrintable(value) ? (char)value : (char)(256 + Enumerable.Range(0, value).Count(other => !IsPrintable(other)));
    }
}
