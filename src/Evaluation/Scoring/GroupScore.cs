namespace Attune.Evaluation.Scoring;

/// <summary>Errors of utterances that have something in common.</summary>
/// <param name="Name">What that is.</param>
/// <param name="Utterances">How many there are.</param>
/// <param name="Words">Word edits of all of them.</param>
/// <param name="Characters">Character edits of all of them.</param>
public sealed record GroupScore(string Name, int Utterances, EditCounts Words, EditCounts Characters)
{
    /// <summary>Adds up utterances.</summary>
    public static GroupScore Of(string name, IReadOnlyCollection<ScoredUtterance> utterances)
    {
        ArgumentNullException.ThrowIfNull(utterances);
        return new(
            name,
            utterances.Count,
            utterances.Aggregate(default(EditCounts), (sum, utterance) => sum + utterance.Words),
            utterances.Aggregate(default(EditCounts), (sum, utterance) => sum + utterance.Characters));
    }

    /// <summary>Adds up utterances by what a function says of them, in ordinal order; those without are left out.</summary>
    public static IReadOnlyList<GroupScore> By(IEnumerable<ScoredUtterance> utterances, Func<ScoredUtterance, string?> key) =>
    [
        .. utterances
            .Where(utterance => key(utterance) is not null)
            .GroupBy(key)
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => Of(group.Key!, [.. group])),
    ];
}
