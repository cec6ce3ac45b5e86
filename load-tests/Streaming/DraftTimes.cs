using System.Globalization;
using Attune.Evaluation.Statistics;

namespace Attune.Streaming;

/// <summary>Milliseconds that drafts took, in turns of as many requests of each kind.</summary>
/// <param name="NoDomain">Requests that named none.</param>
/// <param name="OneDomain">Requests that all named the same.</param>
/// <param name="RandomDomain">Requests that each named one at random.</param>
internal sealed record DraftTimes(IReadOnlyList<double[]> NoDomain, IReadOnlyList<double[]> OneDomain, IReadOnlyList<double[]> RandomDomain)
{
    /// <summary>All turns of a kind together.</summary>
    public static Distribution Over(IEnumerable<double[]> turns) => new(turns.SelectMany(times => times));

    /// <summary>A table of the kinds, and how a domain at random compares with one.</summary>
    public void AddTo(Report report)
    {
        report.Add("");
        report.Add("| requests of | number | draft, ms: p50 | p99 |");
        report.Add("|---|---|---|---|");
        foreach (var (kind, turns) in new[] { ("no domain", NoDomain), ("one domain", OneDomain), ("a domain at random", RandomDomain) })
        {
            var times = Over(turns);
            report.Add(string.Create(CultureInfo.InvariantCulture, $"| {kind} | {times.Count} | {times.At(0.5):0.00} | {times.At(0.99):0.00} |"));
        }

        report.Add("");
        report.Add(string.Create(
            CultureInfo.InvariantCulture,
            $"A domain at random takes {Ratio(0.5)} times as long as one domain at the median and {Ratio(0.99)} times at the 99th percentile ({100 * QuantileRatio.Confidence:0} % intervals, bootstrap over turns)."));
    }

    private string Ratio(double share)
    {
        var ratio = QuantileRatio.Of(RandomDomain, OneDomain, share);
        return string.Create(CultureInfo.InvariantCulture, $"{ratio.Ratio:0.00} ({ratio.Low:0.00} to {ratio.High:0.00})");
    }
}
