using System.Text;
using Attune.Text;
using Attune.Text.Generation;

namespace Attune.Adaptation.Text;

/// <summary>Texts that a causal model writes by itself: what it has learnt, where the text that it learnt from is not at hand.</summary>
public static class OwnTexts
{
    /// <summary>Has texts written, each from nothing, at temperature 1.</summary>
    /// <param name="engine">Of a causal model.</param>
    /// <param name="count">Texts wanted; fewer come if the model mostly ends them at once.</param>
    /// <param name="maxTokens">Most tokens of each.</param>
    /// <param name="seed">The same seed gives the same texts.</param>
    /// <param name="cancellationToken">Ends the work between tokens.</param>
    /// <exception cref="TextException">WrongModel.</exception>
    public static IReadOnlyList<string> Write(TextEngine engine, int count, int maxTokens, int seed, CancellationToken cancellationToken)
    {
        var texts = new List<string>();
        for (var attempt = 0; attempt < 2 * count && texts.Count < count; attempt++)
        {
            var (text, _) = Generate(engine, "", new GenerationOptions { MaxTokens = maxTokens, Temperature = 1, Seed = unchecked((seed * 1_000_003) + attempt) }, cancellationToken);
            if (text.Length > 0) texts.Add(text);
        }

        return texts;
    }

    /// <summary>Has prompts answered, each with the most probable tokens. Prompts without an answer are left out.</summary>
    /// <param name="engine">Of a causal model.</param>
    /// <param name="prompts">Prompts.</param>
    /// <param name="maxTokens">Most tokens of an answer.</param>
    /// <param name="cancellationToken">Ends the work between tokens.</param>
    /// <exception cref="TextException">WrongModel, TooLong, InvalidUnicode.</exception>
    /// <returns>Of each prompt the answer, and whether the model ended it rather than the limit.</returns>
    public static IEnumerable<(string Prompt, string Answer, bool IsWhole)> Answer(TextEngine engine, IEnumerable<string> prompts, int maxTokens, CancellationToken cancellationToken)
    {
        foreach (var prompt in prompts)
        {
            var (answer, finish) = Generate(engine, prompt, new GenerationOptions { MaxTokens = maxTokens, Temperature = 0 }, cancellationToken);
            if (answer.Length > 0) yield return (prompt, answer, finish == FinishReason.EndOfText);
        }
    }

    private static (string Text, FinishReason Finish) Generate(TextEngine engine, string prompt, GenerationOptions options, CancellationToken cancellationToken)
    {
        using var generation = engine.Generate(prompt, options);
        var text = new StringBuilder();
        bool goesOn;
        do
        {
            goesOn = generation.Advance(cancellationToken);
            text.Append(generation.TakeText());
        }
        while (goesOn);

        return (text.ToString(), generation.Finish);
    }
}
