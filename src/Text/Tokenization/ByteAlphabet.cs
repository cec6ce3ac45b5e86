namespace Attune.Text.Tokenization;

/// <summary>The printable characters that GPT-2's vocabulary writes bytes with.</summary>
/// <remarks>
/// Radford et al. 2019, "Language Models are Unsupervised Multitask Learners", section 2.2, as its published encoder has it: printable bytes of
/// Latin-1 stand for themselves, the others are numbered from U+0100 on. Thread-safe.
/// </remarks>
internal static class ByteAlphabet
{
    private static readonly char[] Characters = Create();
    private static readonly Dictionary<char, byte> Bytes = Enumerable.Range(0, 256).ToDictionary(value => Characters[value], value => (byte)value);

    /// <summary>The character of each byte, by the byte.</summary>
    public static IReadOnlyList<char> All => Characters;

    /// <summary>The bytes that a token of the vocabulary is written with; null if a character stands for none.</summary>
    public static byte[]? Decode(string token)
    {
        var bytes = new byte[token.Length];
        for (var i = 0; i < token.Length; i++)
        {
            if (!Bytes.TryGetValue(token[i], out bytes[i])) return null;
        }

        return bytes;
    }

    private static char[] Create()
    {
        var characters = new char[256];
        var next = 0x100;
        for (var value = 0; value < 256; value++)
        {
            var printable = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
            characters[value] = printable ? (char)value : (char)next++;
        }

        return characters;
    }
}
