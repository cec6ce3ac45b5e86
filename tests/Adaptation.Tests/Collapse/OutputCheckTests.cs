using Attune.Adaptation.Collapse;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Decoding;

namespace Attune.Adaptation.Tests.Collapse;

public sealed class OutputCheckTests
{
    private const int Blank = 0;

    private readonly OutputCheck _check = new(Blank, new CollapseOptions());

    [Fact]
    public void Find_OrdinaryOutput_FindsNothing() => Assert.Null(_check.Find(Frames([1, 0, 2, 0, 3], sharpness: 5), Text("ONE TWO")));

    [Fact]
    public void Find_OneLogitThatIsNoNumber_IsNotFinite()
    {
        var values = Frames([1, 0, 2], 5).Values.ToArray();
        values[3] = float.NaN;

        Assert.Equal(CollapseSign.NotFinite, _check.Find(new Logits(values, 4), Text("ONE")));
    }

    [Theory]
    [InlineData(100, CollapseSign.Blank)]
    [InlineData(99, CollapseSign.Blank)]
    [InlineData(98, null)]
    public void Find_BlankFrames_AreASignFromTheirShareOn(int blanks, CollapseSign? expected)
    {
        var symbols = Enumerable.Range(0, 100).Select(i => i < blanks ? Blank : 1).ToArray();

        Assert.Equal(expected, _check.Find(Frames(symbols, 5), Text("A B")));
    }

    [Theory]
    [InlineData("EEEE", CollapseSign.RepeatedSymbol)]
    [InlineData("E EE E", CollapseSign.RepeatedSymbol)]
    [InlineData("EEE", null)]
    [InlineData("ONE ONE ONE ONE", CollapseSign.RepeatedWord)]
    [InlineData("ONE ONE ONE", null)]
    [InlineData("ONE ONE ONE TWO", null)]
    public void Find_Repetitions_AreASignFromFourOn(string text, CollapseSign? expected) =>
        Assert.Equal(expected, _check.Find(Frames([1, 0, 0, 0, 2], 5), Text(text)));

    [Theory]
    [InlineData("E", CollapseSign.RepeatedSymbol)]
    [InlineData("", CollapseSign.RepeatedSymbol)]
    [InlineData("ONE", null)]
    public void Find_HardlyABlank_NeedsASecondSymbol(string text, CollapseSign? expected) =>
        Assert.Equal(expected, _check.Find(Frames([1, 1, 1, 1, 0], 5), Text(text)));

    [Fact]
    public void Find_EntropyOutOfBounds_SaysOnWhichSide()
    {
        Assert.Equal(CollapseSign.EntropyBelowFloor, _check.Find(Frames([1, 0, 2], sharpness: 30), Text("ONE")));
        Assert.Equal(CollapseSign.EntropyAboveCeiling, _check.Find(Frames([1, 0, 2], sharpness: 0.1f), Text("ONE")));
    }

    [Fact]
    public void MeanEntropyNats_ByHand_IsThatOfTheDistributions()
    {
        // Odds 1 : 1 : 2 : 0 and 1 : 1 : 1 : 1: entropies 1.5 ln 2 and 2 ln 2.
        float[] logits = [0, 0, MathF.Log(2), -1_000, 7, 7, 7, 7];

        Assert.Equal(1.75 * Math.Log(2), OutputCheck.MeanEntropyNats(new Logits(logits, 4)), 1e-6);
    }

    [Fact]
    public void Drift_ByHand_IsTheRelativeDistance()
    {
        using var model = TestModels.Open("tiny-layer", out _);
        var source = AdaptableParameters.Source(model, ParameterSet.Suta);
        var moved = new AdaptableParameters(source.Layout, source.Values.ToArray().Select(value => value * 1.25f).ToArray());

        Assert.Equal(0.25, OutputCheck.Drift(source, moved), 1e-5);
        Assert.Null(_check.Find(source, moved));
        Assert.Equal(CollapseSign.Drift, new OutputCheck(Blank, new CollapseOptions { MaxDrift = 0.2 }).Find(source, moved));
    }

    [Fact]
    public void Find_ParametersThatAreNoNumbers_AreNotFinite()
    {
        using var model = TestModels.Open("tiny-layer", out _);
        var source = AdaptableParameters.Source(model, ParameterSet.Suta);
        var values = source.Values.ToArray();
        values[^1] = float.NaN;

        Assert.Equal(CollapseSign.NotFinite, _check.Find(source, new AdaptableParameters(source.Layout, values)));
    }

    /// <summary>Frames of four symbols, each with one logit raised.</summary>
    private static Logits Frames(int[] symbols, float sharpness)
    {
        var values = new float[symbols.Length * 4];
        for (var i = 0; i < symbols.Length; i++) values[(4 * i) + symbols[i]] = sharpness;
        return new Logits(values, 4);
    }

    private static Transcript Text(string text) => new(text, [.. text.Split(' ').Select(word => new Word(word, default, default, 1))], 1);
}
