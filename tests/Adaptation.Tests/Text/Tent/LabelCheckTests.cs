using Attune.Adaptation.Text.Tent;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Models;

namespace Attune.Adaptation.Tests.Text.Tent;

public class LabelCheckTests
{
    private const int Labels = 4;

    private readonly LabelCheck _check = new(Labels, new TentOptions { BatchSize = 4 });

    [Fact]
    public void Of_EqualLogits_HasTheLargestEntropy()
    {
        var answer = LabelAnswer.Of([1, 1, 1, 1]);

        Assert.Equal(Math.Log(4), answer.EntropyNats, 6);
    }

    [Fact]
    public void Of_KnownProbabilities_IsShannons()
    {
        var answer = LabelAnswer.Of([MathF.Log(0.7f), MathF.Log(0.2f), MathF.Log(0.1f)]);

        Assert.Equal(-((0.7 * Math.Log(0.7)) + (0.2 * Math.Log(0.2)) + (0.1 * Math.Log(0.1))), answer.EntropyNats, 5);
        Assert.Equal(0, answer.Label);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Of_LogitThatIsNoNumber_HasNoEntropy(float logit) => Assert.False(double.IsFinite(LabelAnswer.Of([0, logit, 1]).EntropyNats));

    [Fact]
    public void Find_AnswersLikeTheModels_ShowsNothing() => Assert.Null(_check.Find(Answers([0, 1, 2, 3, 0, 1, 2, 3], [0, 1, 2, 3, 0, 1, 2, 0])));

    [Fact]
    public void Find_OneLabelMoreByAQuarter_IsASign()
    {
        Assert.Null(_check.Find(Answers([0, 1, 2, 3, 0, 1, 2, 3], [0, 0, 0, 3, 0, 1, 2, 3])));
        Assert.Equal(CollapsedLabels.OneLabel, _check.Find(Answers([0, 1, 2, 3, 0, 1, 2, 3], [0, 0, 0, 0, 0, 1, 2, 3])));
    }

    [Fact]
    public void Find_OneLabelOfTheModelToo_IsTheTexts() => Assert.Null(_check.Find(Answers([0, 0, 0, 0, 0, 0, 0, 0, 1, 2], [0, 0, 0, 0, 0, 0, 0, 0, 0, 0])));

    [Fact]
    public void Find_MostLabelsChanged_IsASign() => Assert.Equal(CollapsedLabels.Changed, _check.Find(Answers([0, 1, 2, 3, 0, 1, 2, 3], [1, 2, 3, 0, 1, 1, 2, 3])));

    [Fact]
    public void Find_CertainOfAll_IsASignUnlessTheModelIs()
    {
        Assert.Equal(CollapsedLabels.EntropyBelowFloor, _check.Find(Answers([0, 1, 2, 3], [0, 1, 2, 3], own: 0.5, adapted: 1e-9)));
        Assert.Null(_check.Find(Answers([0, 1, 2, 3], [0, 1, 2, 3], own: 1e-9, adapted: 1e-9)));
    }

    [Fact]
    public void Find_CertainOfNone_IsASignUnlessTheModelIs()
    {
        Assert.Equal(CollapsedLabels.EntropyAboveCeiling, _check.Find(Answers([0, 1, 2, 3], [0, 1, 2, 3], own: 0.5, adapted: 1.38)));
        Assert.Null(_check.Find(Answers([0, 1, 2, 3], [0, 1, 2, 3], own: 1.38, adapted: 1.38)));
    }

    [Fact]
    public void Find_NotANumber_IsASignAtOnceAndAlways()
    {
        var answers = Answers([1], [1], adapted: double.NaN);

        Assert.Equal(CollapsedLabels.NotFinite, _check.Find(answers));
        Assert.Equal(CollapsedLabels.NotFinite, new LabelCheck(Labels, new TentOptions { Guarded = false }).Find(answers));
    }

    [Fact]
    public void Find_FewTexts_MayAllHaveOneLabel() => Assert.Null(_check.Find(Answers([0, 1, 2], [0, 0, 0])));

    [Fact]
    public void Find_Unwatched_ShowsNothing() =>
        Assert.Null(new LabelCheck(Labels, new TentOptions { Guarded = false, BatchSize = 1 }).Find(Answers([0, 1, 2, 3], [0, 0, 0, 0])));

    [Theory]
    [InlineData(1.4f, null)]
    [InlineData(1.6f, CollapsedLabels.Drift)]
    [InlineData(float.NaN, CollapsedLabels.NotFinite)]
    public void Find_ParametersThatMoved_AreASignFromHalfTheirLength(float value, CollapsedLabels? expected)
    {
        var layout = new ParameterLayout([new ModelParameter("a.weight", [4], ModelPart.TransformerLayer, 0, IsLayerNorm: true)]);
        AdaptableParameters Of(float number) => new(layout, new[] { number, number, number, number });

        Assert.Equal(expected, _check.Find(Of(1), Of(value)));
    }

    private static (LabelAnswer Model, LabelAnswer Adapted)[] Answers(int[] model, int[] adaptedLabels, double own = 0.5, double adapted = 0.5) =>
        [.. model.Zip(adaptedLabels, (first, second) => (new LabelAnswer(first, own), new LabelAnswer(second, adapted)))];
}
