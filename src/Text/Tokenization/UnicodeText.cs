using System.Text;

namespace Attune.Text.Tokenization;

/// <summary>What is asked of every text before it is cut into tokens.</summary>
public static class UnicodeText
{
    /// <summary>Refuses a text with half of a surrogate pair, which no UTF-8 can spell.</summary>
    /// <exception cref="TextException">InvalidUnicode.</exception>
    public static void Check(string text)
    {
        for (var i = 0; i < text.Length; i += char.IsHighSurrogate(text[i]) ? 2 : 1)
        {
            if (!char.IsSurrogate(text[i]) || (i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]))) continue;
            throw new TextException(
                TextError.InvalidUnicode,
                $"A text must be valid Unicode. Given: half of a surrogate pair (U+{(int)text[i]:X4}) at character {i}. Send UTF-8.");
        }
    }

    /// <summary>Decodes bytes that must be UTF-8.</summary>
    /// <exception cref="TextException">InvalidUnicode.</exception>
    public static string Decode(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(bytes);
        }
        catch (DecoderFallbackException exception)
        {
            throw new TextException(
                TextError.InvalidUnicode, $"A text must be UTF-8. Given: bytes that are none at byte {exception.Index}. Convert the text to UTF-8.");
        }
    }
}
