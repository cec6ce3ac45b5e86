namespace Attune.Evaluation.Scenarios;

/// <summary>Makes streams from scenarios: which recording is heard when, in which condition.</summary>
/// <remarks>
/// The same arguments give the same streams on every machine. Recordings, conditions and noises are drawn from generators of their own,
/// so that the speech of two scenarios with one seed is the same, utterance by utterance.
/// </remarks>
public static class StreamPlanner
{
    /// <summary>The scenario's streams.</summary>
    /// <param name="scenario">The scenario.</param>
    /// <param name="conditions">Names of its conditions, <see cref="Scenario.GivenNoises"/> already replaced; at least one.</param>
    /// <param name="recordings">Number of recordings, at least 1.</param>
    /// <param name="limit">Most utterances of each stream; null for all.</param>
    /// <param name="seed">Any number.</param>
    public static IReadOnlyList<StreamPlan> Plan(
        Scenario scenario, IReadOnlyList<string> conditions, int recordings, int? limit, int seed)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        ArgumentNullException.ThrowIfNull(conditions);
        ArgumentOutOfRangeException.ThrowIfZero(conditions.Count);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(recordings);
        if (scenario.Order != ScenarioOrder.Each)
            return [new StreamPlan(scenario.Name, Positions(scenario, Segments(scenario, conditions.Count, seed), recordings, limit, seed))];

        var length = scenario.Utterances ?? recordings;
        return
        [
            .. conditions.Select((condition, i) => new StreamPlan(
                scenario.Name.Length > 0 ? $"{scenario.Name}/{condition}" : condition,
                Positions(scenario, Enumerable.Repeat(i, length), recordings, limit, seed))),
        ];
    }

    /// <summary>The condition of each utterance.</summary>
    private static IEnumerable<int> Segments(Scenario scenario, int conditions, int seed)
    {
        var random = new Random(seed);
        var left = scenario.Utterances ?? int.MaxValue;
        for (var segment = 0; left > 0; segment++)
        {
            // Without a length of the whole, and in a sequence always, each condition has one segment.
            if (segment == conditions && (scenario.Utterances is null || scenario.Order == ScenarioOrder.Sequence)) yield break;
            var condition = scenario.Order == ScenarioOrder.Random ? random.Next(conditions) : segment % conditions;
            for (var length = scenario.Segments.Draw(random); length > 0 && left > 0; length--, left--) yield return condition;
        }
    }

    private static List<StreamPosition> Positions(Scenario scenario, IEnumerable<int> conditions, int recordings, int? limit, int seed)
    {
        var speech = Recordings(scenario.Speech, recordings, new Random(seed));
        var noise = new Random(seed);
        var positions = new List<StreamPosition>();
        foreach (var (condition, recording) in conditions.Take(limit ?? int.MaxValue).Zip(speech))
        {
            var isBoundary = positions.Count > 0 && positions[^1].Condition != condition;
            positions.Add(new StreamPosition(recording, condition, noise.Next(), isBoundary));
        }

        return positions;
    }

    private static IEnumerable<int> Recordings(SpeechOrder order, int count, Random random)
    {
        var pass = Enumerable.Range(0, count).ToArray();
        while (true)
        {
            if (order == SpeechOrder.Shuffled) random.Shuffle(pass);
            foreach (var recording in pass.ToArray()) yield return recording;
        }
    }
}
