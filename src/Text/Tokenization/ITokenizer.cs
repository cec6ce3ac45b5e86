namespace Attune.Text.Tokenization;

/// <summary>Text to tokens and back, as the model was trained with.</summary>
/// <remarks>Thread-safe. Text is text: what spells a special token in it is no special token.</remarks>
public interface ITokenizer
{
    /// <summary>Number of tokens V.</summary>
    int Count { get; }

    /// <summary>Tokens of a text, without any that stand around it.</summary>
    /// <exception cref="TextException">InvalidUnicode.</exception>
    IReadOnlyList<int> Encode(string text);

    /// <summary>The bytes that a token stands for. Several tokens may share one character; special tokens stand for none.</summary>
    ReadOnlySpan<byte> Bytes(int token);

    /// <summary>Whether a token stands for something that the vocabulary does not have.</summary>
    bool IsUnknown(int token);
}
