using System.Text;
using Attune.Text;
using Attune.Text.Generation;

namespace Attune.Adaptation.Text.Editing;

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
            using var generation = engine.Generate("", new GenerationOptions { MaxTokens = maxTokens, Temperature = 1, Seed = unchecked((seed * 1_000_003) + attempt) });
            var text = new StringBuilder();
            bool goesOn;
            do
            {
                goesOn = generation.Advance(cancellationToken);
                text.Append(generation.TakeText());
            }
            while (goesOn);

            if (text.Length > 0) texts.Add(text.ToString());
        }

        return texts;
    }
}
