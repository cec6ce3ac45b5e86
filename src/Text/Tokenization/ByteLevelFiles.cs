using System.Text.Encodings.Web;
using System.Text.Json;

namespace Attune.Text.Tokenization;

/// <summary>Writes the files of a byte-level tokenizer.</summary>
public static class ByteLevelFiles
{
    /// <summary>Token that ends texts.</summary>
    public const string EndOfText = "<|endoftext|>";

    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes <c>vocab.json</c> and <c>merges.txt</c>: the bytes come first, then a token for each merge, and last the one that ends texts.</summary>
    /// <param name="folder">Created if need be.</param>
    /// <param name="merges">As <see cref="BytePairTrainer"/> made them.</param>
    /// <returns>Number of tokens.</returns>
    public static int Write(string folder, IReadOnlyList<(string Left, string Right)> merges)
    {
        Directory.CreateDirectory(folder);
        string[] tokens = [.. ByteAlphabet.All.Select(character => character.ToString()), .. merges.Select(merge => merge.Left + merge.Right), EndOfText];
        var ids = tokens.Select((token, id) => KeyValuePair.Create(token, id)).ToDictionary(StringComparer.Ordinal);
        File.WriteAllText(Path.Combine(folder, "vocab.json"), JsonSerializer.Serialize(ids, Json));
        File.WriteAllLines(Path.Combine(folder, "merges.txt"), merges.Select(merge => $"{merge.Left} {merge.Right}").Prepend("#version: 0.2"));
        return tokens.Length;
    }
}
