using System.Globalization;
using Attune.V1;

namespace Attune.Streaming;

/// <summary>What real-time paced streams cost, and how long their finals take, by how many there are.</summary>
/// <param name="benchmark">Runs them.</param>
/// <param name="runs">Of each number.</param>
internal sealed class StreamsCurve(LatencyBenchmark benchmark, int runs)
{
    /// <summary>A percentile of finals no longer counts as flat where it is more than this many times the least of those with fewer streams.</summary>
    public const double Rise = 2;

    private const int WarmUpStreams = 8;

    private static readonly int[] Streams = [1, 2, 4, 8, 16, 32];

    private static readonly (string Name, AdaptationConfig Config)[] Kinds = [("drafts only", new() { Steps = 0 }), ("adapted", new())];

    /// <summary>Measures, and writes the table.</summary>
    public async Task<CurvePicture> MeasureAsync(Report report)
    {
        foreach (var (_, config) in Kinds) await benchmark.RunAsync(WarmUpStreams, config);
        report.Add("| streams | adaptation | cores busy | final, ms: p50 | p95 | finals | of these adapted |");
        report.Add("|---|---|---|---|---|---|---|");
        var cores = new List<Curve>();
        var finals = new List<Curve>();
        foreach (var (name, config) in Kinds)
        {
            var (busy, middle, late) = (new List<CurvePoint>(), new List<CurvePoint>(), new List<CurvePoint>());
            foreach (var streams in Streams)
            {
                var (measured, used) = (new List<Latency[]>(), new List<double>());
                for (var run = 0; run < runs; run++)
                {
                    var (latencies, busyCores) = await ProcessorTime.BusyAsync(() => benchmark.RunAsync(streams, config));
                    measured.Add(latencies);
                    used.Add(busyCores);
                }

                busy.Add(CurvePoint.Of(streams, new Distribution(used)));
                middle.Add(Finals(streams, measured, 0.5));
                late.Add(Finals(streams, measured, 0.95));
                var all = measured.SelectMany(run => run).Where(latency => latency.What == Observation.Final).ToList();
                report.Add(string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {streams} | {name} | {Cell(busy[^1], "0.00")} | {Cell(middle[^1], "0")} | {Cell(late[^1], "0")} | {all.Count} | {all.Count(final => final.Adapted)} |"));
            }

            cores.Add(Curve.OfCosts(name, busy));
            finals.Add(Curve.OfLatencies($"{name}, p50", middle, Rise));
            finals.Add(Curve.OfLatencies($"{name}, p95", late, Rise));
        }

        report.Add("");
        report.Add($"Where cores busy stop being linear: {string.Join("; ", cores.Select(curve => curve.EndAt("streams")))}.");
        report.Add($"Where finals stop being flat: {string.Join("; ", finals.Select(curve => curve.EndAt("streams")))}.");
        const string x = "streams at the same time";
        return new CurvePicture(
            "Real-time paced streams",
            [
                new(x, $"cores busy (of {Environment.ProcessorCount})", cores, "stops being linear"),
                new(x, "final after the end of speech was heard (ms)", finals, $"more than {Rise:0} times the least before") { IsXLogarithmic = true, IsYLogarithmic = true },
            ]);
    }

    /// <summary>A percentile over all runs, with the lowest and the highest of a run.</summary>
    private static CurvePoint Finals(int streams, List<Latency[]> runs, double share)
    {
        var each = new Distribution(runs.Select(run => LatencyBenchmark.Values(run, Observation.Final)).Where(values => values.Count > 0).Select(values => values.At(share)));
        if (each.Count == 0) throw new InvalidOperationException("No final came. The streams must be longer than an utterance: give more --seconds.");
        return new CurvePoint(streams, LatencyBenchmark.Values(runs.SelectMany(run => run), Observation.Final).At(share), each.At(0), each.At(1));
    }

    private static string Cell(CurvePoint point, string format)
    {
        string Text(double value) => value.ToString(format, CultureInfo.InvariantCulture);
        return $"{Text(point.Value)} ({Text(point.Low)}, {Text(point.High)})";
    }
}
