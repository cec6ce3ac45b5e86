using Attune.Text.Models;

namespace Attune.Adaptation.Text.Training;

/// <summary>Tokens of which a causal model learns those from one on: what stands before is given.</summary>
/// <param name="Tokens">At least one more than <paramref name="From"/>, and no more than the model reads at once.</param>
/// <param name="From">Index of the first token that counts, at least 1.</param>
public sealed record CausalExample(IReadOnlyList<int> Tokens, int From)
{
    /// <summary>A prompt with its answer, of which the answer counts, and that the text ends there. Both are read as they stand, one behind the other.</summary>
    /// <param name="model">Whose tokens.</param>
    /// <param name="prompt">At least one character.</param>
    /// <param name="answer">At least one character.</param>
    /// <param name="ends">Whether the text ends there; otherwise it would go on, and is cut off where the model reads no more.</param>
    /// <exception cref="Attune.Text.TextException">InvalidUnicode.</exception>
    public static CausalExample OfAnswer(TextModel model, string prompt, string answer, bool ends = true)
    {
        var given = model.Tokenizer.Encode(prompt);
        int[] whole = [.. given, .. model.Tokenizer.Encode(answer)];
        return new CausalExample(ends ? [.. whole, model.Config.EndOfTextId] : [.. whole.Take(model.Config.ContextLength)], given.Count);
    }

    /// <summary>A text in windows of the model's context that have one token in common, so that each token is predicted once.</summary>
    /// <param name="model">Whose tokens.</param>
    /// <param name="text">The text; the token that ends texts stands before it.</param>
    /// <returns>None if the text is empty.</returns>
    /// <exception cref="Attune.Text.TextException">InvalidUnicode.</exception>
    public static IEnumerable<CausalExample> OfText(TextModel model, string text) =>
        OfTokens([model.Config.EndOfTextId, .. model.Tokenizer.Encode(text)], model.Config.ContextLength);

    /// <summary>Tokens in windows that have one in common.</summary>
    internal static IEnumerable<CausalExample> OfTokens(IReadOnlyList<int> tokens, int longest)
    {
        for (var start = 0; start + 1 < tokens.Count; start += longest - 1)
            yield return new CausalExample([.. Enumerable.Range(start, Math.Min(longest, tokens.Count - start)).Select(i => tokens[i])], 1);
    }

    /// <summary>Bytes of what counts, in UTF-8.</summary>
    internal int CountBytes(TextModel model) => Tokens.Skip(From).Sum(token => model.Tokenizer.Bytes(token).Length);
}
