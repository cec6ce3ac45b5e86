using System.Text.Json;
using Attune.Adaptation.Slow;

namespace Attune.Adaptation.Tests.Slow;

public sealed class LearningStateTests
{
    private static readonly LearningState Learnt = new()
    {
        LastRevision = 12,
        Good = [7, 9, 12],
        Utterances = 60,
        DomainWeights = 5,
        LossImprovements = [-0.1, 1.0 / 3, 5e-324],
        Improvement = new Gaussian(0.1, 0.2),
        BuffersAbove = 1,
    };

    [Fact]
    public void Json_ThereAndBack_IsTheSame()
    {
        var json = JsonSerializer.Serialize(Learnt);

        var read = JsonSerializer.Deserialize<LearningState>(json)!;

        Assert.Equal(json, JsonSerializer.Serialize(read));
        Assert.Equal(Learnt.LossImprovements, read.LossImprovements);
        Assert.Equal(Learnt.Improvement, read.Improvement);
        Assert.Equal((12, 9), (read.Current, read.Fallback));
    }

    [Fact]
    public void New_Always_ServesTheModel() => Assert.Equal((0, 0, 0), (LearningState.New.Current, LearningState.New.Fallback, LearningState.New.LastRevision));

    [Fact]
    public void Needed_Always_HasGoodRevisionsAndDomainWeights() => Assert.Equal([7, 9, 12, 5], Learnt.Needed);

    [Fact]
    public void WithoutCollapsed_TheCurrentRevision_GoesBackToTheOneBeforeAndThenOnToTheModel()
    {
        var states = new List<LearningState> { Learnt };
        for (var i = 0; i < 4; i++) states.Add(states[^1].WithoutCollapsed(states[^1].Current));

        Assert.Equal([12, 9, 7, 0, 0], states.Select(state => state.Current));
        Assert.All(states, state => Assert.Equal(12, state.LastRevision));
        Assert.Equal(0, states[1].Utterances);
        Assert.Null(states[1].Improvement);
    }

    [Fact]
    public void WithoutCollapsed_ARevisionThatNoLongerServes_ChangesNothing() => Assert.Same(Learnt, Learnt.WithoutCollapsed(9));

    [Fact]
    public void Reset_Always_ServesTheModelAndKeepsCounting()
    {
        var state = Learnt.Reset();

        Assert.Equal((0, 12, 0), (state.Current, state.LastRevision, state.Utterances));
        Assert.Empty(state.Needed);
    }
}
