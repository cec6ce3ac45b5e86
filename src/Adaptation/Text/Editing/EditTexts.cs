using Attune.Text;

namespace Attune.Adaptation.Text.Editing;

/// <summary>Texts that an edit is made with, beside the facts.</summary>
/// <param name="Prefixes">
/// What may stand before a prompt: the subject's key is a mean over prompts with each of them and with none, so that the edit does not depend on what stands before it. A dozen are
/// enough.
/// </param>
/// <param name="Ordinary">Texts whose keys are to keep their values; what the model was trained on, or its own. The more, the better: ten tokens for each row of the matrix and up.</param>
public sealed record EditTexts(IReadOnlyList<string> Prefixes, IReadOnlyList<string> Ordinary)
{
    /// <summary>Ordinary texts that are enough for matrices of about 3,000 rows, those of the smallest published GPT-2.</summary>
    public const int OrdinaryCount = 512;

    private const int OrdinaryTokens = 64, PrefixTokens = 24;

    private static readonly char[] SentenceEnds = ['.', '!', '?'];

    /// <summary>Has a model write them: beginnings as far as their first sentence, and ordinary texts.</summary>
    /// <param name="engine">Of a causal model.</param>
    /// <param name="prefixes">Beginnings wanted; fewer come if the model repeats itself.</param>
    /// <param name="ordinary">Ordinary texts wanted, such as <see cref="OrdinaryCount"/>.</param>
    /// <param name="seed">The same seed gives the same texts.</param>
    /// <param name="cancellationToken">Ends the work between tokens.</param>
    /// <exception cref="TextException">WrongModel.</exception>
    public static EditTexts Write(TextEngine engine, int prefixes, int ordinary, int seed, CancellationToken cancellationToken) => new(
        prefixes == 0 ? [] : [.. OwnTexts.Write(engine, prefixes, PrefixTokens, seed, cancellationToken).Select(FirstSentence).Distinct()],
        OwnTexts.Write(engine, ordinary, OrdinaryTokens, seed + 1, cancellationToken));

    private static string FirstSentence(string text) => text.IndexOfAny(SentenceEnds) is >= 0 and var end ? text[..(end + 1)] : text;
}
