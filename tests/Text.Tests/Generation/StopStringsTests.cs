using Attune.Text.Generation;

namespace Attune.Text.Tests.Generation;

public sealed class StopStringsTests
{
    [Fact]
    public void Add_NoStopString_LetsEverythingThrough() => Assert.Equal("one two", new StopStrings([]).Add("one two"));

    [Fact]
    public void Add_StopStringInPieces_HoldsItsBeginningBack()
    {
        var stops = new StopStrings(["\n\n", "END"]);

        Assert.Equal("a", stops.Add("a\n"));
        Assert.Equal("\nb ", stops.Add("b E"));
        Assert.Equal("", stops.Add("N"));
        Assert.Equal("ENT", stops.Add("T"));
        Assert.Equal("x", stops.Add("x\n"));
        Assert.False(stops.Reached);
        Assert.Equal("", stops.Add("\nmore"));
        Assert.True(stops.Reached);
        Assert.Equal("", stops.Add("more"));
        Assert.Equal("", stops.End());
    }

    [Fact]
    public void Add_TwoStopStrings_StopsAtTheFirst() => Assert.Equal("a", new StopStrings(["c", "bc"]).Add("abc"));

    [Fact]
    public void End_AfterABeginning_GivesItOut()
    {
        var stops = new StopStrings(["END"]);
        stops.Add("the E");

        Assert.Equal("E", stops.End());
    }
}
