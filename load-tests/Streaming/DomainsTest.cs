using System.Diagnostics;
using System.Globalization;
using Attune.Adaptation;
using Attune.Adaptation.Gate;
using Attune.Adaptation.Slow;
using Attune.Evaluation.Statistics;
using Attune.V1;
using Google.Protobuf;
using Grpc.Net.Client;
using static TorchSharp.torch;

namespace Attune.Streaming;

/// <summary>Many domains that learn on one server.</summary>
/// <param name="server">In this process.</param>
/// <param name="audio">16-bit samples at 16 kHz.</param>
/// <param name="length">Of an utterance.</param>
/// <param name="domains">How many.</param>
/// <param name="report">Receives the rows.</param>
internal sealed class DomainsTest(Uri server, byte[] audio, TimeSpan length, int domains, Report report) : IDisposable
{
    public const string Method =
        "Client, server and store in one process. Utterances are cut from the samples that ship at different places, and dealt out to the domains in turns; each row waits until the worker has learnt "
        + "from what came. *resident*: memory of the process, looked at once a second. *at rest*: what is resident when the worker has nothing to do, after a collection and after freed memory was returned, "
        + "forty times in all. *managed*: what is left after that collection. *live tensors*: of libtorch. *updates*: published, and refused by the gate. Slopes are Theil and Sen's, intervals of a moving-block "
        + "bootstrap. *Latency* is of drafts, one request after another, kinds in turns of 50.";

    private const int Concurrent = 2, Turn = 50, Rows = 10, Rests = 40, MostMeasurements = 500;

    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    private readonly int _roundSize = new SlowUpdateOptions().UtterancesPerUpdate + new GateOptions().HeldBack;
    private readonly GrpcChannel _channel = GrpcChannel.ForAddress(server);

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
            (long Published, long Refused) updates;
            await using (var watch = new MemoryWatch(Look))
            {
                await Parallel.ForEachAsync(
                    Enumerable.Range(from, to - from), new ParallelOptions { MaxDegreeOfParallelism = Concurrent }, async (i, _) => await SayAsync(Name(i % domains), i, adaptation));
                updates = await LearntAsync(to);
                row.AddRange(watch.Megabytes);
            }

            var managed = GC.GetTotalMemory(forceFullCollection: true) / 1e6;
            TorchRuntime.ReturnFreedMemory();
            atRest.Add(Environment.WorkingSet / 1e6);
            if (rest % (Rests / Rows) != (Rests / Rows) - 1) continue;
            var seen = new Distribution(row);
            report.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"| {to} | {Stopwatch.GetElapsedTime(started).TotalSeconds:0} | {seen.At(0.5):0}, {seen.At(1):0} | {atRest[^1]:0} | {managed:0} | {Tensor.TotalCount} | {updates.Published}, {updates.Refused} |"));
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

    /// <summary>Drafts without a domain, of one domain, and of a domain at random for each request.</summary>
    public async Task MeasureLatencyAsync(int requests)
    {
        var random = new Random(1);
        (string Name, Func<string> Next)[] kinds = [("no domain", () => ""), ("one domain", () => Name(0)), ("a domain at random", () => Name(random.Next(domains)))];
        var times = kinds.Select(_ => new List<double>()).ToArray();
        var draft = new AdaptationConfig { Steps = 0 };
        for (var done = 0; done < requests; done += Turn)
        {
            for (var kind = 0; kind < kinds.Length; kind++)
            {
                for (var i = 0; i < Turn; i++)
                {
                    var started = Stopwatch.GetTimestamp();
                    await SayAsync(kinds[kind].Next(), done + i, draft);
                    times[kind].Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
                }
            }
        }

        report.Add("");
        report.Add("| requests of | draft, ms: p50 | p99 |");
        report.Add("|---|---|---|");
        foreach (var (kind, values) in kinds.Zip(times.Select(values => new Distribution(values))))
            report.Add(string.Create(CultureInfo.InvariantCulture, $"| {kind.Name} | {values.At(0.5):0.00} | {values.At(0.99):0.00} |"));
    }

    public void Dispose() => _channel.Dispose();

    private static string Name(int domain) => string.Create(CultureInfo.InvariantCulture, $"line-{domain:0000}");

    private async Task SayAsync(string domain, int utterance, AdaptationConfig adaptation)
    {
        var bytes = (int)(length.TotalSeconds * Recordings.SampleRateHz) * 2;
        var from = (int)(utterance * 7919L * 3200 % (audio.Length - bytes)) & ~1;
        await new Speech.SpeechClient(_channel).RecognizeAsync(new RecognizeRequest
        {
            Config = new RecognitionConfig { Encoding = AudioEncoding.Linear16, SampleRateHertz = Recordings.SampleRateHz, Domain = domain, Adaptation = adaptation },
            Audio = UnsafeByteOperations.UnsafeWrap(audio.AsMemory(from, bytes)),
        });
    }

    /// <summary>Waits until all utterances are stored and none of the domains has enough for an update. How many updates there were.</summary>
    private async Task<(long Published, long Refused)> LearntAsync(int utterances)
    {
        var client = new V1.Adaptation.AdaptationClient(_channel);
        while (true)
        {
            var all = new List<Domain>();
            for (var page = ""; ;)
            {
                var answer = await client.ListDomainsAsync(new ListDomainsRequest { PageSize = 1000, PageToken = page });
                all.AddRange(answer.Domains);
                if ((page = answer.NextPageToken).Length == 0) break;
            }

            if (all.Sum(domain => domain.Utterances) >= utterances && all.All(domain => domain.UtterancesWaiting < _roundSize))
                return (all.Sum(domain => domain.Updates), all.Sum(domain => domain.Refused));
            await Task.Delay(500);
        }
    }
}
