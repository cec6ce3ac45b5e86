using System.CommandLine;
using System.Globalization;
using Attune.Evaluation.Statistics;

namespace Attune.Streaming;

/// <summary>drafts.</summary>
internal static class DraftsCommand
{
    private const string Method =
        "Drafts of single requests that arrive at random (Poisson, seeded) and want no adaptation, while other requests arrive at the rate that the server can adapt to at most: *beside adaptation* these "
        + "want it, with a budget of 1 s, *without* they want none. Turns of either alternate, so that both sides see the same machine. Timed from when they were due; client and server share the cores.";

    public static Command Create(string[] arguments)
    {
        var manifest = new Option<string?>("--manifest") { Description = "JSON lines with audio_filepath and text. Default: the samples that ship." };
        var rate = new Option<double>("--rate") { Description = "Requests a second whose drafts are timed. Default 10.", DefaultValueFactory = _ => 10 };
        var turns = new Option<int>("--turns") { Description = "Turns of either side. Default 10.", DefaultValueFactory = _ => 10 };
        var seconds = new Option<double>("--seconds") { Description = "Length of a turn. Default 10.", DefaultValueFactory = _ => 10 };
        var title = new Option<string>("--title") { Description = "Of the section. Default Drafts.", DefaultValueFactory = _ => "Drafts" };
        var output = new Option<FileInfo?>("--out") { Description = "Markdown file whose section of this title is written." };
        var command = new Command("drafts", "What adaptation of others, at full load, costs those who want a draft alone.") { manifest, rate, turns, seconds, title, output };
        command.SetAction(async (parsed, _) =>
        {
            var report = new Report(parsed.GetRequiredValue(title), parsed.GetValue(output), Method, arguments);
            await using var server = await TestServer.StartAsync("--Serving:MaxConcurrentRequests=1000");
            var recordings = await (parsed.GetValue(manifest) is { } file ? BudgetBenchmark.ReadManifestAsync(file) : BudgetBenchmark.ReadSamplesAsync());
            using var benchmark = new BudgetBenchmark(server.Address, recordings, TimeSpan.FromSeconds(parsed.GetValue(seconds)));
            var capacity = await benchmark.CapacityAsync();
            var (beside, without) = await benchmark.MeasureDraftsAsync(capacity, parsed.GetValue(rate), parsed.GetValue(turns));
            report.Add(string.Create(CultureInfo.InvariantCulture, $"Others: {capacity:0.0} a second, what four clients get adapted that ask one after another. Drafts that are timed: {parsed.GetValue(rate):0.#} a second."));
            report.Add("");
            report.Add("| drafts | number | ms: p50 / p95 / p99 |");
            report.Add("|---|---|---|");
            foreach (var (kind, times) in new[] { ("without", DraftTimes.Over(without)), ("beside adaptation", DraftTimes.Over(beside)) }) report.Add($"| {kind} | {times.Count} | {times} |");
            report.Add("");
            report.Add($"Beside adaptation they take {Ratio(0.5)} times as long at the median and {Ratio(0.99)} times at the 99th percentile (95 % intervals, bootstrap over turns).");
            report.Save();

            string Ratio(double share)
            {
                var ratio = QuantileRatio.Of(beside, without, share);
                return string.Create(CultureInfo.InvariantCulture, $"{ratio.Ratio:0.00} ({ratio.Low:0.00} to {ratio.High:0.00})");
            }
        });
        return command;
    }
}
