using Attune.Cli.Transcription;

namespace Attune.Cli.Tests.Transcription;

public sealed class WordDiffTests
{
    [Theory]
    [InlineData("ONE TWO", "ONE TWO", "")]
    [InlineData("", "", "")]
    [InlineData("", "ONE", "{+ONE+}")]
    [InlineData("ONE", "", "[-ONE-]")]
    [InlineData("MINE SICKS", "NINE SIX", "[-MINE SICKS-]{+NINE SIX+}")]
    [InlineData("ONE TOO THREE", "ONE TWO THREE", "ONE [-TOO-]{+TWO+} THREE")]
    [InlineData("ONE THREE", "ONE TWO THREE FOUR", "ONE {+TWO+} THREE {+FOUR+}")]
    [InlineData("UH ONE UM TWO", "ONE TWO", "[-UH-] ONE [-UM-] TWO")]
    public void Render_Plain_MarksWhatChanged(string draft, string final, string expected) =>
        Assert.Equal(expected, WordDiff.Render(draft, final, new Ink(HasColor: false)));
}
