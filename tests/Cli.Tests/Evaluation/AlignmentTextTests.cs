using Attune.Cli.Evaluation;
using Attune.Evaluation;

namespace Attune.Cli.Tests.Evaluation;

public sealed class AlignmentTextTests
{
    [Fact]
    public void Render_EveryKind_StandsOneAboveTheOther()
    {
        var text = AlignmentText.Render(WordErrorRate.Compute("ONE TWO THREE FOUR", "ONE TOO THREE FIVE FOUR UH"));

        Assert.Equal("  REF  ONE TWO THREE ***  FOUR ***\n  HYP  ONE TOO THREE FIVE FOUR UH\n", text);
    }

    [Fact]
    public void ToMarkdown_Cells_AreEscapedAndAligned()
    {
        var table = new Table("t", ["a", "b"], [["x|y", "1"]]);

        Assert.Equal("| a | b |\n| --- | ---: |\n| x\\|y | 1 |\n", table.ToMarkdown());
        Assert.Equal("a    b\nx|y  1\n", table.ToText());
    }
}
