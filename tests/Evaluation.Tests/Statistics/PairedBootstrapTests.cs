using Attune.Evaluation.Statistics;

namespace Attune.Evaluation.Tests.Statistics;

public sealed class PairedBootstrapTests
{
    [Fact]
    public void Compare_EqualSystems_HasNoDifferenceAndNoWidth()
    {
        var result = new PairedBootstrap().Compare(Utterances(20, (_, random) => (random.Next(3), 0)).Select(u => u with { Candidate = u.Baseline }).ToList());

        Assert.Equal((0, 0, 0), (result.Difference, result.Low, result.High));
    }

    [Fact]
    public void Compare_HandCase_GivesTheRateOfTheSums()
    {
        PairedErrors[] utterances = [new("a", "1", 3, 1, 4), new("a", "2", 0, 0, 2), new("b", "3", 2, 3, 4)];

        var result = new PairedBootstrap().Compare(utterances);

        // (1 + 0 + 3) / 10 - (3 + 0 + 2) / 10. Drawing a twice gives -2/6, b twice 1/4, both -1/10, with shares 1/4, 1/4, 1/2.
        Assert.Equal(-0.1, result.Difference, 12);
        Assert.Equal(-2.0 / 6, result.Low, 12);
        Assert.Equal(0.25, result.High, 12);
        Assert.Equal((ResamplingUnit.Speaker, 2), (result.ResampledBy, result.Clusters));
    }

    [Theory]
    [InlineData("a")]
    [InlineData(null)]
    public void Compare_FewerThanTwoSpeakers_ResamplesRecordings(string? speaker)
    {
        PairedErrors[] utterances = [new(speaker, "1", 1, 0, 4), new(speaker, "1", 1, 0, 4), new(speaker, "2", 0, 0, 4)];

        var result = new PairedBootstrap().Compare(utterances);

        Assert.Equal((ResamplingUnit.Recording, 2), (result.ResampledBy, result.Clusters));
        Assert.Equal((-0.25, 0), (result.Low, result.High));
    }

    [Fact]
    public void Compare_SpeakersThatDiffer_WidensTheInterval()
    {
        // Every utterance of a speaker is better, or none: what counts is the number of speakers, not of utterances.
        var clustered = Utterances(200, (i, _) => (i % 10 < 5 ? 1 : 0, 0));
        var independent = clustered.Select((utterance, i) => utterance with { Speaker = $"{i}" }).ToList();

        var wide = new PairedBootstrap().Compare(clustered);
        var narrow = new PairedBootstrap().Compare(independent);

        Assert.Equal(wide.Difference, narrow.Difference, 12);
        Assert.True(wide.High - wide.Low > 3 * (narrow.High - narrow.Low), $"{wide} against {narrow}");
    }

    [Fact]
    public void Compare_IndependentErrors_HasTheWidthOfTheNormalApproximation()
    {
        var utterances = Utterances(1_000, (_, random) => (random.Next(3), random.Next(3))).Select((u, i) => u with { Speaker = $"{i}" }).ToList();

        var result = new PairedBootstrap().Compare(utterances);

        var differences = utterances.Select(utterance => (utterance.Candidate - utterance.Baseline) / 5.0).ToArray();
        var mean = differences.Average();
        var halfWidth = 1.96 * Math.Sqrt(differences.Average(d => (d - mean) * (d - mean)) / differences.Length);
        Assert.Equal(mean - halfWidth, result.Low, 0.05 * halfWidth);
        Assert.Equal(mean + halfWidth, result.High, 0.05 * halfWidth);
    }

    [Fact]
    public void Compare_SameSeed_GivesTheSameInterval()
    {
        var utterances = Utterances(50, (_, random) => (random.Next(3), random.Next(3)));

        Assert.Equal(new PairedBootstrap(draws: 500).Compare(utterances), new PairedBootstrap(draws: 500).Compare(utterances));
        Assert.NotEqual(new PairedBootstrap(draws: 500).Compare(utterances), new PairedBootstrap(draws: 500, seed: 2).Compare(utterances));
    }

    [Fact]
    public void Interval_OneSystem_HoldsItsRate()
    {
        var utterances = Utterances(300, (_, random) => (0, random.Next(3)));

        var result = new PairedBootstrap().Interval(utterances);

        Assert.Equal(utterances.Sum(u => u.Candidate) / 1500.0, result.Difference, 12);
        Assert.InRange(result.Difference, result.Low, result.High);
    }

    /// <summary>Utterances of five words by ten speakers in turn.</summary>
    private static List<PairedErrors> Utterances(int count, Func<int, Random, (int Baseline, int Candidate)> errors)
    {
        var random = new Random(4);
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            var (baseline, candidate) = errors(i, random);
            return new PairedErrors($"s{i % 10}", $"r{i}", baseline, candidate, 5);
        })];
    }
}
