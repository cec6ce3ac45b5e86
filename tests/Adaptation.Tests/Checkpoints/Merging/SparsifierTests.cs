using Attune.Adaptation.Checkpoints.Merging;

namespace Attune.Adaptation.Tests.Checkpoints.Merging;

public sealed class SparsifierTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(0.001)]
    [InlineData(0.3)]
    [InlineData(0.999)]
    [InlineData(1)]
    public void KeepLargest_Density_ThatShareIsKept(double density)
    {
        var delta = Tensors.Random(1000, 1);
        var expected = delta.OrderByDescending(Math.Abs).Take((int)(1000 * density)).ToHashSet();

        Sparsifier.KeepLargest(delta, density);

        Assert.Equal(expected, delta.Where(value => value != 0).ToHashSet());
    }

    [Fact]
    public void KeepLargest_EqualMagnitudes_ExactlyTheShare()
    {
        float[] delta = [1, -1, 1, 1];

        Sparsifier.KeepLargest(delta, 0.5);

        Assert.Equal([1, -1, 0, 0], delta);
    }

    [Fact]
    public void KeepMiddle_DensityAndGamma_NextLargestAreKept()
    {
        var delta = Tensors.Random(1000, 1);
        var expected = delta.OrderByDescending(Math.Abs).Skip(100).Take(250).ToHashSet();

        Sparsifier.KeepMiddle(delta, 0.25, 0.1);

        Assert.Equal(expected, delta.Where(value => value != 0).ToHashSet());
    }

    [Fact]
    public void KeepMiddle_MoreThanEverything_DensityWins()
    {
        var delta = Tensors.Random(1000, 1);

        Sparsifier.KeepMiddle(delta, 0.9, 0.5);

        Assert.Equal(900, delta.Count(value => value != 0));
    }

    [Fact]
    public void KeepAtRandom_Density_ShareWithinChance()
    {
        var delta = Enumerable.Repeat(1f, 100_000).ToArray();

        Sparsifier.KeepAtRandom(delta, 0.3, rescale: false, new(7));

        Assert.Equal(30_000, delta.Count(value => value == 1), 5 * Math.Sqrt(100_000 * 0.3 * 0.7));
    }

    [Fact]
    public void KeepAtRandomByRank_Ranks_KeptWithTheirProbability()
    {
        const int Rows = 20_000;
        float[] row = [3, -1, 0.5f, 2]; // ranks 4, 2, 1, 3
        var delta = Enumerable.Repeat(row, Rows).SelectMany(values => values).ToArray();

        Sparsifier.KeepAtRandomByRank(delta, row.Length, density: 0.5, epsilon: 0.3, rescale: true, new(7));

        double[] probabilities = [0.8, 0.4, 0.2, 0.6];
        for (var i = 0; i < row.Length; i++)
        {
            var kept = Enumerable.Range(0, Rows).Select(r => delta[(r * row.Length) + i]).Where(value => value != 0).ToArray();
            Assert.Equal(Rows * probabilities[i], kept.Length, 5 * Math.Sqrt(Rows * 0.25));
            Assert.All(kept, value => Assert.Equal(row[i] / probabilities[i], value, 1e-5));
        }
    }

    [Fact]
    public void Sort_RandomValues_OrderOfMagnitudes()
    {
        var values = Tensors.Random(500, 3);
        values[17] = -values[400];
        var order = new int[500];

        MagnitudeOrder.Sort(values, order, new int[500]);

        Assert.Equal(Enumerable.Range(0, 500).OrderBy(i => Math.Abs(values[i])), order);
    }
}
