using Attune.Evaluation.Scenarios;

namespace Attune.Evaluation.Tests.Scenarios;

public sealed class ScenarioFileTests
{
    [Fact]
    public void Read_AllKeys_GivesTheScenario()
    {
        var scenario = Read("""
            name: storm
            description: A storm comes and goes.
            conditions: [clean, white@-2.5, noises, clean]
            order: random
            segments: { from: 20, to: 500 }
            utterances: 10000
            speech: shuffled
            """);

        Assert.Equal(("storm", "A storm comes and goes."), (scenario.Name, scenario.Description));
        Assert.Equal(["clean", "white@-2.5", "noises", "clean"], scenario.Conditions);
        Assert.Equal((ScenarioOrder.Random, SpeechOrder.Shuffled), (scenario.Order, scenario.Speech));
        Assert.Equal(new SegmentLength(20, 500), scenario.Segments);
        Assert.Equal(10_000, scenario.Utterances);
    }

    [Fact]
    public void Read_OrderAlone_HasDefaults()
    {
        var scenario = Read("order: each");

        Assert.Equal("file", scenario.Name);
        Assert.Equal([Scenario.GivenNoises], scenario.Conditions);
        Assert.Equal(new SegmentLength(100, 100), scenario.Segments);
        Assert.Null(scenario.Utterances);
        Assert.Equal(SpeechOrder.Manifest, scenario.Speech);
    }

    [Theory]
    [InlineData("order: each\nsegment: 5", "s.yml, line 2: there is no key 'segment'. Keys: name, description,")]
    [InlineData("name: x", "s.yml, line 1: 'order' is missing. One of each, sequence, cycle, random.")]
    [InlineData("order: sorted", "line 1: order must be one of each, sequence, cycle, random. Given: 'sorted'.")]
    [InlineData("order: 1", "order must be one of each, sequence, cycle, random. Given: '1'.")]
    [InlineData("order: each\nspeech: loud", "line 2: speech must be one of manifest, shuffled. Given: 'loud'.")]
    [InlineData("order: cycle\nsegments: 0", "segments must be a whole number from 1 to 1000000. Given: '0'.")]
    [InlineData("order: cycle\nutterances: many", "utterances must be a whole number from 1 to 1000000. Given: 'many'.")]
    [InlineData("order: cycle\nsegments: {from: 5, to: 4}", "'from' must be at most 'to'. Given: 5 and 4.")]
    [InlineData("order: cycle\nsegments: {from: 5}", "segments needs both 'from' and 'to', or is a number.")]
    [InlineData("order: cycle\nsegments: {from: 5, up: 6}", "segments has no key 'up'. Keys: from, to.")]
    [InlineData("order: cycle\nconditions: clean", "conditions must be a list with at least one condition.")]
    [InlineData("order: cycle\nconditions: []", "conditions must be a list with at least one condition.")]
    [InlineData("order: each\norder: each", "s.yml, line 2:")]
    [InlineData("- order: each", "s.yml: a scenario must be one YAML mapping.")]
    [InlineData("", "s.yml: a scenario must be one YAML mapping.")]
    [InlineData("order: [", "s.yml, line 2: While parsing")]
    public void Read_BadFile_NamesLineRuleAndValue(string yaml, string message)
    {
        var exception = Assert.Throws<ScenarioException>(() => Read(yaml));

        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_ScenariosThatShip_AreValid()
    {
        var files = Directory.GetFiles(Path.Combine(RepositoryFiles.Root, "scenarios"), "*.yml", SearchOption.AllDirectories);

        Assert.True(files.Length >= 7);
        Assert.All(files, file =>
        {
            var scenario = ScenarioFile.Read(file);
            Assert.Equal(Path.GetFileNameWithoutExtension(file), scenario.Name);
            Assert.NotEmpty(scenario.Description);
        });
    }

    private static Scenario Read(string yaml) => ScenarioFile.Read(new StringReader(yaml), "s.yml", "file");
}
