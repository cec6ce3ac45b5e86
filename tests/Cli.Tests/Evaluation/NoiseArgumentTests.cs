using Attune.Cli.Evaluation;

namespace Attune.Cli.Tests.Evaluation;

public sealed class NoiseArgumentTests
{
    [Theory]
    [InlineData("clean", "clean", 0)]
    [InlineData("white@10", "white", 10)]
    [InlineData("white@-2.5", "white", -2.5)]
    [InlineData("noise/babble.wav@5", "noise/babble.wav", 5)]
    [InlineData("me@home/babble.wav@5", "me@home/babble.wav", 5)]
    [InlineData("noise/babble.wav", "noise/babble.wav", NoiseArgument.DefaultSnrDb)]
    [InlineData("white", "white", NoiseArgument.DefaultSnrDb)]
    public void TryParse_Good_GivesSourceAndRatio(string text, string source, double snrDb)
    {
        Assert.Equal(new NoiseArgument(source, snrDb), NoiseArgument.TryParse(text));
    }

    [Theory]
    [InlineData("")]
    [InlineData("@5")]
    [InlineData("white@")]
    [InlineData("white@loud")]
    [InlineData("white@101")]
    [InlineData("white@NaN")]
    public void TryParse_Bad_IsNull(string text)
    {
        Assert.Null(NoiseArgument.TryParse(text));
    }

    [Fact]
    public void TryParse_FileWithAtInItsName_IsThatFile()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("noise@night.wav");
        File.WriteAllBytes(path, []);

        Assert.Equal(new NoiseArgument(path, NoiseArgument.DefaultSnrDb), NoiseArgument.TryParse(path));
        Assert.Equal(new NoiseArgument(path, 3), NoiseArgument.TryParse(path + "@3"));
    }
}
