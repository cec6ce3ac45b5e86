using Attune.Adaptation.Fast;
using Attune.Adaptation.Revisions;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Models;

namespace Attune.Adaptation.Tests.Revisions;

public sealed class RevisionRebaseTests
{
    private static readonly ParameterLayout Layout = new([new ModelParameter("a.weight", [3], ModelPart.Encoder)]);

    [Fact]
    public void Apply_ByHand_AddsWhatWasLearnt()
    {
        var moments = new OptimizerMoments(new float[3], new float[3], 2);
        var learnt = new AdaptationState(Of(1.5f, 2, 2.5f), moments);

        var rebased = RevisionRebase.Apply(learnt, Of(1, 2, 3), Of(10, 20, 30));

        Assert.Equal([10.5f, 20, 29.5f], rebased.Parameters.Values.ToArray());
        Assert.Same(moments, rebased.Moments);
    }

    [Fact]
    public void Apply_SameModel_ChangesNothing()
    {
        var learnt = new AdaptationState(Of(0.1f, -0.7f, 3e-8f));

        var rebased = RevisionRebase.Apply(learnt, Of(1, 2, 3), Of(1, 2, 3));

        Assert.Equal(learnt.Parameters.Values.ToArray(), rebased.Parameters.Values.ToArray());
    }

    [Fact]
    public void Apply_NothingLearnt_GivesTheTarget()
    {
        var rebased = RevisionRebase.Apply(new AdaptationState(Of(1, 2, 3)), Of(1, 2, 3), Of(4, 5, 6));

        Assert.Equal([4f, 5, 6], rebased.Parameters.Values.ToArray());
    }

    [Theory]
    [InlineData("a.weight", 4)]
    [InlineData("b.weight", 3)]
    public void Fits_OtherNameOrShape_No(string name, int length)
    {
        var other = new ParameterLayout([new ModelParameter(name, [length], ModelPart.Encoder)]);

        Assert.False(RevisionRebase.Fits(Layout, other));
        Assert.True(RevisionRebase.Fits(Layout, Layout));
        Assert.Throws<ArgumentException>(
            () => RevisionRebase.Apply(new AdaptationState(Of(1, 2, 3)), Of(1, 2, 3), new AdaptableParameters(other, new float[length])));
    }

    private static AdaptableParameters Of(params float[] values) => new(Layout, values);
}
