using System.CommandLine;
using Attune.Adaptation;

namespace Attune.Streaming;

/// <summary>curves.</summary>
internal static class CurvesCommand
{
    private const string Speech = "samples/digits-clean-2.wav";

    private static readonly string Method =
        "Client, server and store in one process. *Processor time* is that of all its threads; *cores busy* is processor time by wall time, from the first piece of audio to the last final. Medians of runs, with the lowest and the "
        + "highest in brackets; of percentiles those over all runs, with the lowest and the highest of a run or, of drafts of domains, of a fifth of the requests. A curve *stops being linear* at the first point for which no straight line "
        + FormattableString.Invariant($"comes within {100 * Curve.Tolerance:0} % of it and of all before it; the line may begin above zero. Percentiles *stop being flat* where they are more than ")
        + FormattableString.Invariant($"{StreamsCurve.Rise} times (streams) or {DomainsCurve.Rise} times (domains) the least before. ")
        + "Lengths: speech without pauses, default steps and parameter set; recordings longer than `Recognition:MaxUtterance` (20 s) are cut by a server, and then cost what the pieces cost. Streams: pieces of 100 ms as fast as they sound, interim "
        + "results included, no latency budget; finals count from the audio that made the utterance end. Domains: each has learnt at least once, without a gate; they are frozen while drafts are timed, each asked once before, one request after another, "
        + "kinds (no domain, one, one at random) in turns of 50; memory is looked at after a collection and after freed memory was returned.";

    public static Command Create(string[] arguments)
    {
        var runs = new Option<int>("--runs") { Description = "Runs of each number of lengths and streams. Default 3.", DefaultValueFactory = _ => 3 };
        var seconds = new Option<double>("--seconds") { Description = "Audio of each stream. Default 10.", DefaultValueFactory = _ => 10 };
        var requests = new Option<int>("--requests") { Description = "Drafts of each kind that are timed for each number of domains. Default 1000.", DefaultValueFactory = _ => 1_000 };
        var output = new Option<FileInfo?>("--out") { Description = "Markdown file whose section Curves is written; the pictures go beside it." };
        var command = new Command("curves", "Cost against length of utterances, number of streams and number of domains, with a picture of each.") { runs, seconds, requests, output };
        command.SetAction(async (parsed, _) =>
        {
            var report = new Report("Curves", parsed.GetValue(output), Method, arguments);
            TorchRuntime.EnsureLoaded(); // the server's settings of the heap
            var speech = await Recordings.ReadAsync(Speech);
            await report.AddAsync("Length of utterances", "curve-length.png", () => Task.FromResult(new LengthCurve(speech, parsed.GetValue(runs)).Measure(report)));
            var audio = await Recordings.ReadSamplesAsync();
            await using (var server = await TestServer.StartAsync())
            {
                var benchmark = new LatencyBenchmark(server.Address, audio, TimeSpan.FromSeconds(parsed.GetValue(seconds)), parsed.GetValue(runs));
                await report.AddAsync("Streams", "curve-streams.png", () => new StreamsCurve(benchmark, parsed.GetValue(runs)).MeasureAsync(report));
            }

            // As many utterances are kept as each domain has heard before drafts are timed, so that each further one costs the store the same.
            await using (var server = await TestServer.StartAsync("--Adaptation:Fast:Parameters=layer-norm", "--Adaptation:Gate:Enabled=false", "--State:UtterancesPerDomain=6"))
            {
                using var client = new DomainClient(server.Address, audio, TimeSpan.FromSeconds(1.5), gated: false);
                await report.AddAsync("Domains", "curve-domains.png", () => new DomainsCurve(client, parsed.GetValue(requests)).MeasureAsync(report));
            }

            report.Save();
        });
        return command;
    }
}
