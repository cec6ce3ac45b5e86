using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Attune.Evaluation.Mixing;
using Attune.Evaluation.Scenarios;

namespace Attune.Cli.Evaluation;

/// <summary>A stream with what it is made of.</summary>
internal sealed class PlannedStream
{
    private readonly IReadOnlyList<NoiseCondition> _conditions;
    private readonly IReadOnlyList<Recording> _recordings;

    /// <param name="plan">Its utterances, as indices of recordings and conditions.</param>
    /// <param name="scenario">What it comes from.</param>
    /// <param name="conditions">The scenario's conditions.</param>
    /// <param name="recordings">Those that streams are made of, and after them those that are held out.</param>
    /// <param name="heldOut">How many are held out.</param>
    public PlannedStream(
        StreamPlan plan, Scenario scenario, IReadOnlyList<NoiseCondition> conditions, IReadOnlyList<Recording> recordings, int heldOut)
    {
        Name = plan.Name;
        Description = scenario.Description;
        Positions = plan.Positions;
        _conditions = [.. conditions, NoiseCondition.Clean];
        _recordings = recordings;
        LastCondition = ConditionOf(Positions[^1]);
        GuardConditions = [.. Positions.Select(ConditionOf).Append(NoiseCondition.CleanName).Distinct().Where(IsGuard)];
        HeldOut = heldOut == 0 ? [] : PlanHeldOut(heldOut);
        Id = $"{Name}#{Hash()}";
    }

    /// <summary>Names it in results.</summary>
    public string Name { get; }

    /// <summary>One sentence for people; may be empty.</summary>
    public string Description { get; }

    /// <summary>Its utterances.</summary>
    public IReadOnlyList<StreamPosition> Positions { get; }

    /// <summary>What is heard after it, with what was learnt and without learning more; empty without held-out recordings.</summary>
    public IReadOnlyList<StreamPosition> HeldOut { get; }

    /// <summary>The condition that it ends in.</summary>
    public string LastCondition { get; }

    /// <summary>Conditions on which transcripts should stay as they are: clean speech, and what came before the last condition.</summary>
    public IReadOnlyList<string> GuardConditions { get; }

    /// <summary>Name and a hash over its utterances and noises: the same for the same stream.</summary>
    public string Id { get; }

    /// <summary>The same for what is held out.</summary>
    public string HeldOutId => $"{Id}/held-out";

    /// <summary>What an utterance is heard in.</summary>
    public string ConditionOf(StreamPosition position) => _conditions[position.Condition].Name;

    /// <summary>What is said.</summary>
    public Recording RecordingOf(StreamPosition position) => _recordings[position.Recording];

    /// <summary>An utterance as it is heard, at the model's rate.</summary>
    public MixedSpeech Hear(StreamPosition position) =>
        _conditions[position.Condition].Apply(_recordings[position.Recording].Samples, position.NoiseSeed);

    private bool IsGuard(string condition) => condition == NoiseCondition.CleanName || condition != LastCondition;

    /// <summary>Each held-out recording in each condition that is asked about.</summary>
    private List<StreamPosition> PlanHeldOut(int count)
    {
        var first = _recordings.Count - count;
        return
        [
            .. GuardConditions.Prepend(LastCondition).Distinct()
                .Select(name => _conditions.Select((condition, i) => (condition, i)).First(pair => pair.condition.Name == name).i)
                .SelectMany(condition => Enumerable.Range(first, count).Select(recording => new StreamPosition(recording, condition, recording, false))),
        ];
    }

    private string Hash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var condition in Positions.Select(position => position.Condition).Distinct())
        {
            // What a condition does to one recording tells its noise from every other.
            hash.AppendData(Encoding.UTF8.GetBytes(_conditions[condition].Name));
            hash.AppendData(MemoryMarshal.AsBytes(_conditions[condition].Apply(_recordings[0].Samples, seed: 0).Samples.AsSpan()));
        }

        foreach (var position in Positions.Concat(HeldOut)) hash.AppendData(Encoding.UTF8.GetBytes(position.ToString()));
        return Convert.ToHexStringLower(hash.GetCurrentHash())[..12];
    }
}
