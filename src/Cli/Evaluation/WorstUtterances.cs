using System.Globalization;
using System.Text;
using Attune.Evaluation.Scoring;

namespace Attune.Cli.Evaluation;

/// <summary>An utterance with many errors.</summary>
/// <param name="Position">In the stream, from 0.</param>
/// <param name="Utterance">What was said and recognised.</param>
internal sealed record WorstUtterance(int Position, ScoredUtterance Utterance);

/// <summary>Finds the utterances with the highest word error rates.</summary>
internal static class WorstUtterances
{
    /// <summary>The worst first; of equal ones the earlier. Utterances without errors are never among them.</summary>
    public static IEnumerable<WorstUtterance> Of(StreamResult result, int count) => result.Utterances
        .Select((utterance, position) => new WorstUtterance(position, utterance))
        .Where(worst => worst.Utterance.Words.Errors > 0)
        .OrderByDescending(worst => worst.Utterance.Words.ErrorRate.Rate)
        .ThenByDescending(worst => worst.Utterance.Words.Errors)
        .Take(count);

    /// <summary>The same as text, word above word; empty if there are none.</summary>
    public static string Render(StreamResult result, int count)
    {
        var text = new StringBuilder();
        foreach (var (position, utterance) in Of(result, count))
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"{position} {utterance.Recording} {utterance.Condition} ({utterance.Words.Errors}/{utterance.Words.ReferenceLength})\n");
            text.Append(AlignmentText.Render(utterance.Alignment));
        }

        return text.ToString();
    }
}
