using Attune.Adaptation.Collapse;

namespace Attune.Adaptation.Tests.Collapse;

public sealed class CollapseDetectorTests
{
    private readonly ManualTime _time = new();
    private readonly CollapseDetector _detector;

    public CollapseDetectorTests() => _detector = new CollapseDetector(
        new CollapseOptions { Window = 6, MinSigns = 2, MinShare = 0.5, MaxAge = TimeSpan.FromMinutes(1) }, _time);

    [Theory]
    [InlineData("..........", -1)]
    [InlineData("x", -1)] // one sign may be the utterance's
    [InlineData("xx", 1)]
    [InlineData("x.x", 2)]
    [InlineData(".x..x.", -1)] // a third of them
    [InlineData("......xxx", 8)] // three of the last six
    [InlineData("......xx", -1)]
    public void Observe_Outputs_CollapsesWithEnoughSignsInTheWindow(string outputs, int expected) =>
        Assert.Equal(expected, outputs.ToList().FindIndex(output => _detector.Observe(1, output == 'x' ? CollapseSign.Blank : null)));

    [Theory]
    [InlineData(CollapseSign.NotFinite)]
    [InlineData(CollapseSign.Drift)]
    public void Observe_WhatNoUtteranceIsToBlameFor_CollapsesAtOnce(CollapseSign sign) => Assert.True(_detector.Observe(1, sign));

    [Fact]
    public void Observe_AnotherRevision_StartsAnew()
    {
        Assert.False(_detector.Observe(1, CollapseSign.Blank));
        Assert.False(_detector.Observe(2, CollapseSign.Blank));
        Assert.True(_detector.Observe(2, CollapseSign.Blank));
    }

    [Fact]
    public void Observe_OldSigns_AreForgotten()
    {
        Assert.False(_detector.Observe(1, CollapseSign.Blank));
        _time.Advance(TimeSpan.FromMinutes(1.1));
        Assert.False(_detector.Observe(1, CollapseSign.Blank));
        _time.Advance(TimeSpan.FromMinutes(0.9));
        Assert.True(_detector.Observe(1, CollapseSign.Blank));
    }

    [Fact]
    public void Observe_ClockSetBack_StillForgetsByElapsedTime()
    {
        Assert.False(_detector.Observe(1, CollapseSign.RepeatedWord));
        _time.SetDate(_time.GetUtcNow() - TimeSpan.FromDays(1));
        Assert.True(_detector.Observe(1, CollapseSign.RepeatedWord));
    }

    [Fact]
    public void Observe_AfterACollapse_StartsAnew()
    {
        _detector.Observe(1, CollapseSign.Blank);
        Assert.True(_detector.Observe(1, CollapseSign.Blank));
        Assert.False(_detector.Observe(1, CollapseSign.Blank));
    }
}
