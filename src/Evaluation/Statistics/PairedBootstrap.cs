namespace Attune.Evaluation.Statistics;

/// <summary>Confidence intervals of differences between two systems that heard the same utterances.</summary>
/// <remarks>
/// <para>Bisani and Ney 2004, "Bootstrap estimates for confidence intervals in ASR performance evaluation": utterances are drawn with
/// replacement, both systems' errors together, and the percentiles of the difference are its interval. Utterances of one speaker resemble
/// each other, so speakers are drawn whole (Liu and Peng 2020, "Statistical testing on ASR performance via blockwise bootstrap",
/// arXiv 1912.09508).</para>
/// <para>Deterministic for a seed.</para>
/// </remarks>
/// <param name="draws">Bootstrap samples, at least 1. Default 10,000.</param>
/// <param name="confidence">Share of them within the interval, above 0 and below 1. Default 0.95.</param>
/// <param name="seed">Of the draws. Default 1.</param>
public sealed class PairedBootstrap(int draws = 10_000, double confidence = 0.95, int seed = 1)
{
    /// <summary>Share of bootstrap samples within the interval.</summary>
    public double Confidence => confidence;

    /// <summary>Compares two systems.</summary>
    /// <param name="utterances">At least one.</param>
    public RateDifference Compare(IReadOnlyCollection<PairedErrors> utterances)
    {
        ArgumentNullException.ThrowIfNull(utterances);
        ArgumentOutOfRangeException.ThrowIfZero(utterances.Count);
        var speakers = utterances.Select(utterance => utterance.Speaker).Distinct().Count();
        var unit = speakers > 1 ? ResamplingUnit.Speaker : ResamplingUnit.Recording;
        var clusters = utterances
            .GroupBy(utterance => unit == ResamplingUnit.Speaker ? utterance.Speaker : utterance.Recording, StringComparer.Ordinal)
            .Select(Sum)
            .ToArray();

        var random = new Random(seed);
        var differences = new double[draws];
        for (var draw = 0; draw < draws; draw++)
        {
            var sum = default(ClusterErrors);
            for (var i = 0; i < clusters.Length; i++) sum = sum.Add(clusters[random.Next(clusters.Length)]);
            differences[draw] = sum.Difference;
        }

        Array.Sort(differences);
        var tail = (1 - confidence) / 2;
        var whole = clusters.Aggregate((left, right) => left.Add(right));
        return new RateDifference(whole.Difference, Quantile(differences, tail), Quantile(differences, 1 - tail), unit, clusters.Length);
    }

    /// <summary>The interval of one system's error rate: its difference from a system without errors.</summary>
    public RateDifference Interval(IEnumerable<PairedErrors> utterances) =>
        Compare([.. utterances.Select(utterance => utterance with { Baseline = 0 })]);

    /// <summary>Linear between neighbours.</summary>
    private static double Quantile(double[] sorted, double share)
    {
        var position = share * (sorted.Length - 1);
        var below = (int)position;
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((position - below) * (sorted[above] - sorted[below]));
    }

    private static ClusterErrors Sum(IEnumerable<PairedErrors> utterances) => utterances.Aggregate(
        default(ClusterErrors),
        (sum, utterance) => sum.Add(new(utterance.Candidate - utterance.Baseline, utterance.ReferenceLength)));

    private readonly record struct ClusterErrors(long More, long ReferenceLength)
    {
        public double Difference => (double)More / Math.Max(ReferenceLength, 1);

        public ClusterErrors Add(ClusterErrors other) => new(More + other.More, ReferenceLength + other.ReferenceLength);
    }
}
