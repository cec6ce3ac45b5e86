using Attune.Recognition.Models.Hub;

namespace Attune.Recognition.Tests.Models.Hub;

public sealed class HubReferenceTests
{
    [Theory]
    [InlineData("facebook/wav2vec2-base-960h", "facebook", "wav2vec2-base-960h", "main")]
    [InlineData("a_1/b.c@v1.0", "a_1", "b.c", "v1.0")]
    [InlineData("a/b@refs/pr/1", "a", "b", "refs/pr/1")]
    public void Parse_Reference_HasItsParts(string text, string owner, string name, string revision)
    {
        Assert.Equal(new HubReference(owner, name, revision), HubReference.Parse(text));
    }

    [Theory]
    [InlineData("")]
    [InlineData("wav2vec2")]
    [InlineData("a/b/c")]
    [InlineData("../b")]
    [InlineData("a/..")]
    [InlineData("a/b@")]
    [InlineData("a/b@../../x")]
    [InlineData("a/b@/etc")]
    [InlineData("-a/b")]
    [InlineData("a/b c")]
    [InlineData("a/b\n")]
    [InlineData("https://hub/a/b")]
    public void Parse_AnythingElse_IsRefused(string text)
    {
        var exception = Assert.Throws<ArgumentException>(() => HubReference.Parse(text));

        Assert.Contains("OWNER/NAME", exception.Message, StringComparison.Ordinal);
    }
}
