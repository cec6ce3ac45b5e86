using Attune.Server.Domains;
using Attune.Server.Tests.State;

namespace Attune.Server.Tests.Domains;

/// <summary>What domains hold in memory.</summary>
public class DomainCatalogueTests
{
    [Fact]
    public void With_FallbackInPlaceOfTheCurrent_ServesItsWeights()
    {
        var (first, second) = (StoresTests.Revision("line", 1), StoresTests.Revision("line", 2));
        var snapshot = new DomainSnapshot("line", second, first);

        var gone = snapshot with { Current = snapshot.Fallback, Fallback = null };

        Assert.Equal((second.State, first.State), (snapshot.Weights.Current, snapshot.Weights.Fallback));
        Assert.Equal((first.State, null), (gone.Weights.Current, gone.Weights.Fallback));
        Assert.Equal(2 * gone.Bytes, snapshot.Bytes);
        Assert.Equal(4 * first.State.Parameters.Values.Length, gone.Bytes);
    }

    [Fact]
    public async Task GetAsync_MoreThanTheMemoryHolds_ForgetsTheLeastRecentlyUsedAndReadsItAgain()
    {
        // A revision of layer-norm with its moments takes 86,016 bytes.
        await using var host = await DomainHost.StartAsync("--Adaptation:Fast:Parameters", "layer-norm", "--State:DomainMemoryBytes", "1048576", "--State:LoadTimeout", "00:00:30");
        var names = Enumerable.Range(0, 16).Select(i => $"line-{i}").ToArray();
        foreach (var name in names) await host.TeachAsync(name);

        var (count, bytes) = (host.Catalogue.Count, host.Catalogue.Bytes);
        var served = new List<long>();
        foreach (var name in names) served.Add((await host.SayAsync(name, steps: 0)).Revision.Number);

        Assert.InRange(count, 2, names.Length - 1);
        Assert.InRange(bytes, 1_048_576 / 2, 1_048_576);
        Assert.All(served, number => Assert.Equal(1, number)); // none is lost
        Assert.InRange(host.Catalogue.Bytes, 1_048_576 / 2, 1_048_576);
    }
}
