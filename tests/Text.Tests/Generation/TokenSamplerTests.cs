using Attune.Text.Generation;

namespace Attune.Text.Tests.Generation;

public sealed class TokenSamplerTests
{
    /// <summary>Probabilities 0.1, 0.5, 0.15 and 0.25.</summary>
    private static readonly float[] Logits = [MathF.Log(0.1f), MathF.Log(0.5f), MathF.Log(0.15f), MathF.Log(0.25f)];

    [Fact]
    public void Next_TemperatureZero_TakesTheMostProbable() => Assert.Equal([10_000, 0, 0, 0], Counts(new()).OrderDescending());

    [Fact]
    public void Next_TemperatureOne_DrawsInProportion() => AssertShares(new() { Temperature = 1 }, 0.1, 0.5, 0.15, 0.25);

    [Fact]
    public void Next_TemperatureOneHalf_DrawsInProportionToSquares()
    {
        const double sum = 0.01 + 0.25 + 0.0225 + 0.0625;

        AssertShares(new() { Temperature = 0.5 }, 0.01 / sum, 0.25 / sum, 0.0225 / sum, 0.0625 / sum);
    }

    [Fact]
    public void Next_TopK_DrawsAmongTheMostProbable() => AssertShares(new() { Temperature = 1, TopK = 2 }, 0, 2.0 / 3, 0, 1.0 / 3);

    [Theory]
    [InlineData(0.4, new double[] { 0, 1, 0, 0 })]
    [InlineData(0.6, new double[] { 0, 2.0 / 3, 0, 1.0 / 3 })]
    [InlineData(0.8, new double[] { 0, 5.0 / 9, 1.5 / 9, 2.5 / 9 })]
    public void Next_TopP_DrawsAmongTheFewestThatReachIt(double topP, double[] shares) => AssertShares(new() { Temperature = 1, TopP = topP }, shares);

    [Fact]
    public void Next_TopKAndTopP_AppliesTopKFirst() => AssertShares(new() { Temperature = 1, TopK = 2, TopP = 0.65 }, 0, 1, 0, 0);

    [Fact]
    public void Next_SameSeed_DrawsTheSame()
    {
        Assert.Equal(Draw(7), Draw(7));
        Assert.NotEqual(Draw(7), Draw(8));
    }

    private static int[] Draw(int seed)
    {
        var sampler = new TokenSampler(new() { Temperature = 1, Seed = seed });
        return [.. Enumerable.Range(0, 50).Select(_ => sampler.Next(Logits))];
    }

    private static int[] Counts(GenerationOptions options)
    {
        var sampler = new TokenSampler(options);
        var counts = new int[Logits.Length];
        for (var i = 0; i < 10_000; i++) counts[sampler.Next(Logits)]++;
        return counts;
    }

    private static void AssertShares(GenerationOptions options, params double[] shares)
    {
        var counts = Counts(options with { Seed = 3 });
        for (var i = 0; i < shares.Length; i++)
        {
            if (shares[i] == 0) Assert.Equal(0, counts[i]);
            else Assert.InRange(counts[i] / 10_000.0, shares[i] - 0.02, shares[i] + 0.02); // four standard deviations
        }
    }
}
