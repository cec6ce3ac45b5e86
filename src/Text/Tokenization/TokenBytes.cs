using System.Buffers;

namespace Attune.Text.Tokenization;

/// <summary>What several tokens stand for.</summary>
public static class TokenBytes
{
    /// <summary>The bytes of tokens, one behind the other.</summary>
    public static byte[] Bytes(this ITokenizer tokenizer, IEnumerable<int> tokens)
    {
        var bytes = new ArrayBufferWriter<byte>();
        foreach (var token in tokens) bytes.Write(tokenizer.Bytes(token));
        return bytes.WrittenSpan.ToArray();
    }
}
