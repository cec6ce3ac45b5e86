using Attune.Adaptation.Fast;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Models;

namespace Attune.Adaptation.Tests.Fast;

public class BatchLimitsTests
{
    [Theory]
    [InlineData("layer-norm", true)]
    [InlineData("bias", true)]
    [InlineData("top-2", true)]
    [InlineData("lora", true)]
    [InlineData("suta", false)]
    [InlineData("all", false)]
    public void Allow_ParameterSetOfTheModelThatShips_OnlyFewValuesOfEachRow(string set, bool allowed)
    {
        using var model = TestModels.Open("spoken-numbers-en", out _);

        Assert.Equal(allowed, new BatchLimits(ParameterSet.Parse(set).In(model.Layout, model.Config)).Allow([60, 60, 60]));
    }

    [Theory]
    [InlineData(new[] { 87, 87, 87, 87 }, true)]
    [InlineData(new[] { 88, 87, 87, 87 }, false)] // 352 with padding
    [InlineData(new[] { 175, 175 }, true)]
    [InlineData(new[] { 174, 87 }, true)] // a quarter is padding
    [InlineData(new[] { 174, 86 }, false)]
    public void Allow_Lengths_BoundsFramesAndPadding(int[] frameCounts, bool allowed) =>
        Assert.Equal(allowed, new BatchLimits(new ParameterLayout([new ModelParameter("norm", [8], ModelPart.Encoder)])).Allow(frameCounts));
}
