using System.Text;
using Attune.Text.Tokenization;

namespace Attune.Adaptation.Text.Editing;

/// <summary>A prompt as tokens, with the place of its subject.</summary>
/// <param name="Tokens">All of them.</param>
/// <param name="SubjectStart">Index of the first token that has a byte of the subject.</param>
/// <param name="SubjectEnd">Index of the last one: where the model has read the subject whole.</param>
internal sealed record SubjectPrompt(IReadOnlyList<int> Tokens, int SubjectStart, int SubjectEnd)
{
    /// <summary>Encodes a prompt.</summary>
    /// <param name="tokenizer">Of the model; its tokens spell every byte of the text.</param>
    /// <param name="prompt">The text, with the subject in it; of several occurrences the last counts.</param>
    /// <param name="subject">The subject.</param>
    public static SubjectPrompt Encode(ITokenizer tokenizer, string prompt, string subject)
    {
        var tokens = tokenizer.Encode(prompt);
        var start = prompt.LastIndexOf(subject, StringComparison.Ordinal);
        var first = Encoding.UTF8.GetByteCount(prompt.AsSpan(0, start));
        var last = first + Encoding.UTF8.GetByteCount(subject) - 1;
        return new SubjectPrompt(tokens, TokenAt(tokenizer, tokens, first), TokenAt(tokenizer, tokens, last));
    }

    /// <summary>Index of the token that has a byte of the text.</summary>
    private static int TokenAt(ITokenizer tokenizer, IReadOnlyList<int> tokens, int position)
    {
        var end = 0;
        for (var i = 0; i < tokens.Count; i++)
        {
            end += tokenizer.Bytes(tokens[i]).Length;
            if (end > position) return i;
        }

        throw new InvalidOperationException($"The tokens spell {end} bytes, and byte {position} is asked for.");
    }
}
