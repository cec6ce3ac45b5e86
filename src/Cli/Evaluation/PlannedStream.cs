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

    public PlannedStream(StreamPlan plan, Scenario scenario, IReadOnlyList<NoiseCondition> conditions, IReadOnlyList<Recording> recordings)
    {
        Name = plan.Name;
        Description = scenario.Description;
        Positions = plan.Positions;
        _conditions = conditions;
        _recordings = recordings;
        Id = $"{Name}#{Hash()}";
    }

    /// <summary>Names it in results.</summary>
    public string Name { get; }

    /// <summary>One sentence for people; may be empty.</summary>
    public string Description { get; }

    /// <summary>Its utterances.</summary>
    public IReadOnlyList<StreamPosition> Positions { get; }

    /// <summary>Name and a hash over its utterances and noises: the same for the same stream.</summary>
    public string Id { get; }

    /// <summary>What an utterance is heard in.</summary>
    public string ConditionOf(StreamPosition position) => _conditions[position.Condition].Name;

    /// <summary>What is said.</summary>
    public Recording RecordingOf(StreamPosition position) => _recordings[position.Recording];

    /// <summary>An utterance as it is heard, at the model's rate.</summary>
    public MixedSpeech Hear(StreamPosition position) =>
        _conditions[position.Condition].Apply(_recordings[position.Recording].Samples, position.NoiseSeed);

    private string Hash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var condition in Positions.Select(position => position.Condition).Distinct())
        {
            // What a condition does to one recording tells its noise from every other.
            hash.AppendData(Encoding.UTF8.GetBytes(_conditions[condition].Name));
            hash.AppendData(MemoryMarshal.AsBytes(_conditions[condition].Apply(_recordings[0].Samples, seed: 0).Samples.AsSpan()));
        }

        foreach (var position in Positions) hash.AppendData(Encoding.UTF8.GetBytes(position.ToString()));
        return Convert.ToHexStringLower(hash.GetCurrentHash())[..12];
    }
}
