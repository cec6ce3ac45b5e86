using System.Globalization;
using Attune.Adaptation;

namespace Attune.Streaming;

/// <summary>What domains that have learnt cost in memory, and how long drafts of one at random take, by how many there are.</summary>
/// <param name="client">Of a server in this process, whose gate is off.</param>
/// <param name="requests">Whose drafts are timed, at each number.</param>
internal sealed class DomainsCurve(DomainClient client, int requests)
{
    /// <summary>A percentile of drafts no longer counts as flat where it is more than this many times the least of those with fewer domains.</summary>
    public const double Rise = 1.2;

    private static readonly int[] Domains = [1, 10, 100, 1000];

    /// <summary>Measures, and writes the table.</summary>
    public async Task<CurvePicture> MeasureAsync(Report report)
    {
        report.Add("| domains | resident, MB | managed, MB | draft, ms: p50 | p99 | of one domain: p50 | p99 |");
        report.Add("|---|---|---|---|---|---|---|");
        var (resident, managed, middle, late) = (new List<CurvePoint>(), new List<CurvePoint>(), new List<CurvePoint>(), new List<CurvePoint>());
        foreach (var (domains, i) in Domains.Select((domains, i) => (domains, i)))
        {
            await client.TeachAsync(i == 0 ? 0 : Domains[i - 1], domains);
            await client.FreezeAsync(domains);
            var times = await client.TimeDraftsAsync(domains, requests);
            await client.FreezeAsync(domains, unfreeze: true);
            managed.Add(Exact(domains, GC.GetTotalMemory(forceFullCollection: true) / 1e6));
            TorchRuntime.ReturnFreedMemory();
            resident.Add(Exact(domains, Environment.WorkingSet / 1e6));
            middle.Add(Percentile(domains, times.RandomDomain, 0.5));
            late.Add(Percentile(domains, times.RandomDomain, 0.99));
            var one = DraftTimes.Over(times.OneDomain);
            report.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"| {domains} | {resident[^1].Value:0} | {managed[^1].Value:0.0} | {Cell(middle[^1])} | {Cell(late[^1])} | {one.At(0.5):0.00} | {one.At(0.99):0.00} |"));
            if (i == Domains.Length - 1) times.AddTo(report);
        }

        var memory = Curve.OfCosts("resident", resident);
        Curve[] drafts = [Curve.OfLatencies("p50", middle, Rise), Curve.OfLatencies("p99", late, Rise)];
        report.Add("");
        report.Add(string.Create(CultureInfo.InvariantCulture, $"A domain takes {Each(managed):0} kB of managed memory and {Each(resident):0} kB of resident memory, what the store keeps of it included."));
        report.Add($"Where memory stops being linear: {memory.EndAt("domains")}. Where drafts of a domain at random stop being flat: {string.Join("; ", drafts.Select(curve => curve.EndAt("domains")))}.");
        const string x = "domains that have learnt";
        return new CurvePicture(
            "Domains on one session, parameter set layer-norm",
            [
                new(x, "memory at rest (MB)", [memory, Curve.OfCosts("managed", managed)], "stops being linear"),
                new(x, "draft of a domain at random (ms)", drafts, FormattableString.Invariant($"more than {Rise} times the least before")) { IsXLogarithmic = true },
            ]);
    }

    private static CurvePoint Exact(double x, double value) => new(x, value, value, value);

    /// <summary>A percentile, with the lowest and the highest of a fifth of the turns.</summary>
    private static CurvePoint Percentile(int domains, IReadOnlyList<double[]> turns, double share)
    {
        var fifths = new Distribution(turns.Chunk(Math.Max(1, turns.Count / 5)).Select(part => DraftTimes.Over(part).At(share)));
        return new CurvePoint(domains, DraftTimes.Over(turns).At(share), fifths.At(0), fifths.At(1));
    }

    /// <summary>Kilobytes for each domain, from the first to the last.</summary>
    private static double Each(List<CurvePoint> megabytes) => 1000 * (megabytes[^1].Value - megabytes[0].Value) / (megabytes[^1].X - megabytes[0].X);

    private static string Cell(CurvePoint point) => string.Create(CultureInfo.InvariantCulture, $"{point.Value:0.00} ({point.Low:0.00}, {point.High:0.00})");
}
