using Attune.Adaptation.Strategies;

namespace Attune.Adaptation.Tests.Strategies;

public sealed class AdaptationStrategyTests
{
    [Fact]
    public void Parse_EveryName_GivesThatStrategy() =>
        Assert.All(AdaptationStrategy.All, strategy => Assert.Same(strategy, AdaptationStrategy.Parse(strategy.Name)));

    [Fact]
    public void Parse_UnknownName_ListsThoseThatThereAre()
    {
        var exception = Assert.Throws<ArgumentException>(() => AdaptationStrategy.Parse("dsuta-best"));

        Assert.Contains("dsuta-oracle", exception.Message, StringComparison.Ordinal);
        Assert.Contains("Given: 'dsuta-best'", exception.Message, StringComparison.Ordinal);
    }
}
