using System.Diagnostics;
using System.Globalization;
using Attune.Adaptation;
using Attune.Evaluation.Statistics;
using Attune.V1;
using static TorchSharp.torch;

namespace Attune.Streaming;

/// <summary>Many domains that learn on one server.</summary>
/// <param name="client">Of the server, which is in this process.</param>
/// <param name="domains">How many.</param>
/// <param name="report">Receives the rows.</param>
internal sealed class DomainsTest(DomainClient client, int domains, Report report)
{
    public const string Method =
        "Client, server and, unless `--redis` says otherwise, store in one process. Utterances are cut from the samples that ship at different places, and dealt out to the domains in turns; each row waits until the worker has learnt "
        + "from what came. *resident*: memory of the process, looked at once a second. *at rest*: what is resident when the worker has nothing to do, after a collection and after freed memory was returned, "
        + "forty times in all. *managed*: what is left after that collection. *live tensors*: of libtorch. *updates*: published, and refused by the gate. Slopes are Theil and Sen's, intervals of a moving-block "
        + "bootstrap. *Latency* is of drafts, one request after another, kinds in turns of 50, after a request of each domain that does not count, and while none of them learns.";

    private const int Rows = 10, Rests = 40, MostMeasurements = 500;

    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    /// <summary>Lets the domains hear so many utterances; a row every tenth of them, and how memory rose or fell over the second half.</summary>
    public async Task TeachAsync(int utterances, int steps)
    {
        report.Add("| utterances | seconds | resident, MB: median, highest | at rest, MB | managed, MB | live tensors | updates: published, refused |");
        report.Add("|---|---|---|---|---|---|---|");
        var started = Stopwatch.GetTimestamp();
        var adaptation = new AdaptationConfig { Steps = steps };
        var (atWork, atRest) = (new List<double>(), new List<double>());
        var row = new List<double>();
        for (var rest = 0; rest < Rests; rest++)
        {
            var (from, to) = ((int)((long)utterances * rest / Rests), (int)((long)utterances * (rest + 1) / Rests));
            IReadOnlyList<Domain> learnt;
            await using (var watch = new MemoryWatch(Look))
            {
                await client.SayAsync(from, to, i => i % domains, adaptation);
                learnt = await client.LearntAsync();
                row.AddRange(watch.Megabytes);
            }

            var managed = GC.GetTotalMemory(forceFullCollection: true) / 1e6;
            TorchRuntime.ReturnFreedMemory();
            atRest.Add(Environment.WorkingSet / 1e6);
            if (rest % (Rests / Rows) != (Rests / Rows) - 1) continue;
            var seen = new Distribution(row);
            report.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"| {to} | {Stopwatch.GetElapsedTime(started).TotalSeconds:0} | {seen.At(0.5):0}, {seen.At(1):0} | {atRest[^1]:0} | {managed:0} | {Tensor.TotalCount} | {learnt.Sum(domain => domain.Updates)}, {learnt.Sum(domain => domain.Refused)} |"));
            if (rest >= Rests / 2) atWork.AddRange(row);
            row.Clear();
        }

        report.Add("");
        report.Add($"Over the second half, for each 1,000 utterances: resident {Slope(atWork, utterances / 2)}; at rest {Slope(atRest[(Rests / 2)..], utterances / 2)}.");
    }

    /// <summary>How a series that such a number of utterances made rises.</summary>
    private static string Slope(List<double> series, int utterances)
    {
        var group = Math.Max(1, series.Count / MostMeasurements);
        double[] medians = [.. series.Chunk(group).Select(values => new Distribution(values).At(0.5))];
        if (medians.Length < Trend.MinCount) return "too short to tell";
        var trend = Trend.Of([.. medians.Select(value => value * medians.Length * 1000 / utterances)]);
        return string.Create(CultureInfo.InvariantCulture, $"{trend.Slope:+0.0;-0.0} MB (95 % interval {trend.Low:+0.0;-0.0} to {trend.High:+0.0;-0.0})");
    }

    /// <summary>Drafts without a domain, of one domain, and of a domain at random for each request, while none of them learns.</summary>
    public async Task MeasureLatencyAsync(int requests)
    {
        if (!client.IsGated) await client.TeachAsync(0, domains);
        var learnt = (await client.LearntAsync()).Count(domain => domain.Updates > 0);
        report.Add("");
        report.Add($"Of the domains, {learnt} of {domains} had learnt when drafts were timed.");
        await client.FreezeAsync(domains);
        (await client.TimeDraftsAsync(domains, requests)).AddTo(report);
    }
}
