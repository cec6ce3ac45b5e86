using Attune.Evaluation.Scenarios;

namespace Attune.Evaluation.Tests.Scenarios;

public sealed class StreamPlannerTests
{
    private static readonly string[] Conditions = ["clean", "white@10", "babble@5"];

    [Fact]
    public void Plan_Separate_GivesEachConditionTheManifestInOrder()
    {
        var streams = StreamPlanner.Plan(Scenario.Separate, Conditions, recordings: 4, limit: null, seed: 1);

        Assert.Equal(Conditions, streams.Select(stream => stream.Name));
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal([0, 1, 2, 3], streams[i].Positions.Select(position => position.Recording));
            Assert.All(streams[i].Positions, position => Assert.Equal((i, false), (position.Condition, position.IsBoundary)));
        }

        // The same stretch of noise under the same utterance, so that conditions differ in nothing else.
        Assert.Equal(streams[0].Positions.Select(p => p.NoiseSeed), streams[1].Positions.Select(p => p.NoiseSeed));
        Assert.Equal(4, streams[0].Positions.Select(p => p.NoiseSeed).Distinct().Count());
    }

    [Fact]
    public void Plan_NamedScenarioOfEach_NamesBoth()
    {
        var streams = Plan(new Scenario { Name = "single", Order = ScenarioOrder.Each, Utterances = 6 });

        Assert.Equal(["single/clean", "single/white@10", "single/babble@5"], streams.Select(stream => stream.Name));
        Assert.Equal([0, 1, 2, 3, 0, 1], streams[0].Positions.Select(position => position.Recording));
    }

    [Fact]
    public void Plan_Sequence_HasOneSegmentEachAndMarksBoundaries()
    {
        var stream = Assert.Single(Plan(new Scenario { Name = "s", Order = ScenarioOrder.Sequence, Segments = new(2, 2), Utterances = 100 }));

        Assert.Equal([0, 0, 1, 1, 2, 2], stream.Positions.Select(position => position.Condition));
        Assert.Equal([false, false, true, false, true, false], stream.Positions.Select(position => position.IsBoundary));
    }

    [Fact]
    public void Plan_Cycle_GoesOnUntilTheLength()
    {
        var stream = Assert.Single(Plan(new Scenario { Name = "s", Order = ScenarioOrder.Cycle, Segments = new(2, 2), Utterances = 9 }));

        Assert.Equal([0, 0, 1, 1, 2, 2, 0, 0, 1], stream.Positions.Select(position => position.Condition));
    }

    [Fact]
    public void Plan_CycleWithoutLength_IsOneRound()
    {
        var stream = Assert.Single(Plan(new Scenario { Name = "s", Order = ScenarioOrder.Cycle, Segments = new(3, 3) }));

        Assert.Equal(9, stream.Positions.Count);
    }

    [Fact]
    public void Plan_RandomSegments_KeepTheirBoundsAndUseEveryCondition()
    {
        var scenario = new Scenario { Name = "s", Order = ScenarioOrder.Random, Segments = new(20, 50), Utterances = 5_000 };

        var stream = Assert.Single(Plan(scenario));

        var lengths = new List<int>();
        foreach (var position in stream.Positions)
        {
            if (position.IsBoundary || lengths.Count == 0) lengths.Add(0);
            lengths[^1]++;
        }

        Assert.Equal(5_000, stream.Positions.Count);
        Assert.All(lengths.SkipLast(1), length => Assert.True(length >= 20)); // a drawn condition may be the one before, hence longer ones
        Assert.Equal([0, 1, 2], stream.Positions.Select(position => position.Condition).Distinct().Order());
    }

    [Fact]
    public void Plan_Shuffled_HearsEveryRecordingOncePerPass()
    {
        var stream = Assert.Single(Plan(
            new Scenario { Name = "s", Order = ScenarioOrder.Random, Segments = new(1, 1), Utterances = 12, Speech = SpeechOrder.Shuffled }));

        var passes = stream.Positions.Select(position => position.Recording).Chunk(4).ToList();
        Assert.All(passes, pass => Assert.Equal([0, 1, 2, 3], pass.Order()));
        Assert.Contains(passes, pass => !pass.SequenceEqual([0, 1, 2, 3]));
    }

    [Fact]
    public void Plan_SameSeed_GivesTheSameStreamAndSameSpeechForOtherConditions()
    {
        var scenario = new Scenario { Name = "s", Order = ScenarioOrder.Random, Segments = new(1, 9), Utterances = 200, Speech = SpeechOrder.Shuffled };

        var stream = Plan(scenario, seed: 7)[0];
        var again = Plan(scenario, seed: 7)[0];
        var other = Plan(scenario, seed: 8)[0];
        var cycle = Plan(scenario with { Order = ScenarioOrder.Cycle }, seed: 7)[0];

        Assert.Equal(stream.Positions, again.Positions);
        Assert.NotEqual(stream.Positions, other.Positions);
        Assert.Equal(stream.Positions.Select(p => (p.Recording, p.NoiseSeed)), cycle.Positions.Select(p => (p.Recording, p.NoiseSeed)));
    }

    [Fact]
    public void Plan_Limit_CutsEachStream()
    {
        var scenario = new Scenario { Name = "s", Order = ScenarioOrder.Cycle, Segments = new(2, 2), Utterances = 100 };

        var stream = Assert.Single(StreamPlanner.Plan(scenario, Conditions, recordings: 4, limit: 5, seed: 1));

        Assert.Equal(Plan(scenario)[0].Positions.Take(5), stream.Positions);
    }

    private static IReadOnlyList<StreamPlan> Plan(Scenario scenario, int seed = 1) =>
        StreamPlanner.Plan(scenario, Conditions, recordings: 4, limit: null, seed);
}
