namespace Attune.Evaluation.Scenarios;

/// <summary>How conditions change over a stream of utterances.</summary>
public sealed record Scenario
{
    /// <summary>In <see cref="Conditions"/>, stands for all noises of the command line, in order.</summary>
    public const string GivenNoises = "noises";

    /// <summary>Most utterances of a stream.</summary>
    public const int MaxUtterances = 1_000_000;

    /// <summary>What is evaluated where no scenario is asked for: each condition alone, the manifest in order.</summary>
    public static Scenario Separate { get; } = new() { Name = "", Order = ScenarioOrder.Each };

    /// <summary>Names it in results; empty for <see cref="Separate"/>.</summary>
    public required string Name { get; init; }

    /// <summary>One sentence for people.</summary>
    public string Description { get; init; } = "";

    /// <summary>Names such as <c>clean</c> and <c>white@10</c>, and <see cref="GivenNoises"/>. At least one.</summary>
    public IReadOnlyList<string> Conditions { get; init; } = [GivenNoises];

    /// <summary>How they follow each other.</summary>
    public required ScenarioOrder Order { get; init; }

    /// <summary>Utterances before the condition may change; has no meaning for <see cref="ScenarioOrder.Each"/>.</summary>
    public SegmentLength Segments { get; init; } = new(100, 100);

    /// <summary>
    /// Utterances of a stream. Null: the manifest once for <see cref="ScenarioOrder.Each"/>, one segment in each condition for the others.
    /// </summary>
    public int? Utterances { get; init; }

    /// <summary>How recordings follow each other.</summary>
    public SpeechOrder Speech { get; init; }
}
