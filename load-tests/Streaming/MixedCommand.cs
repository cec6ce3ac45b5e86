using System.CommandLine;
using System.Globalization;
using Attune.Evaluation.Statistics;

namespace Attune.Streaming;

/// <summary>mixed.</summary>
internal static class MixedCommand
{
    private const string Method =
        "Single requests of 16-bit audio arrive at random (Poisson, seeded) at a share of the rate that the server can adapt to and want adaptation within a latency budget; others, timed apart, want a draft alone. *With texts* requests about "
        + "texts arrive besides, a third each to score 500 characters, to continue them, and to score them adapted to the most similar examples of a domain, within the same budget. Turns with texts and without alternate, so that "
        + "both sides see the same machine. Timed from when they were due; client and server share the cores.";

    public static Command Create(string[] arguments)
    {
        var model = new Option<string>("--text-model") { Description = "Folder of a causal text model.", Required = true };
        var texts = new Option<string>("--texts") { Description = "Text file out of which requests are made.", Required = true };
        var manifest = new Option<string?>("--manifest") { Description = "JSON lines with audio_filepath and text. Default: the samples that ship." };
        var textRate = new Option<double>("--text-rate") { Description = "Requests about texts a second. Default 6.", DefaultValueFactory = _ => 6 };
        var load = new Option<double>("--load") { Description = "Share of the speech that the server can adapt to at most. Default 0.7.", DefaultValueFactory = _ => 0.7 };
        var rate = new Option<double>("--rate") { Description = "Requests a second whose drafts are timed. Default 10.", DefaultValueFactory = _ => 10 };
        var budget = new Option<int>("--budget-ms") { Description = "Latency budget in milliseconds. Default 300.", DefaultValueFactory = _ => 300 };
        var turns = new Option<int>("--turns") { Description = "Turns of either side. Default 10.", DefaultValueFactory = _ => 10 };
        var seconds = new Option<double>("--seconds") { Description = "Length of a turn. Default 10.", DefaultValueFactory = _ => 10 };
        var title = new Option<string>("--title") { Description = "Of the section. Default Speech and text.", DefaultValueFactory = _ => "Speech and text" };
        var output = new Option<FileInfo?>("--out") { Description = "Markdown file whose section of this title is written." };
        var command = new Command("mixed", "What requests about texts cost those about speech on one server.")
        {
            model, texts, manifest, textRate, load, rate, budget, turns, seconds, title, output,
        };
        command.SetAction(async (parsed, _) =>
        {
            var report = new Report(parsed.GetRequiredValue(title), parsed.GetValue(output), Method, arguments);
            var (turn, limit) = (TimeSpan.FromSeconds(parsed.GetValue(seconds)), TimeSpan.FromMilliseconds(parsed.GetValue(budget)));
            var folder = Path.GetFullPath(parsed.GetRequiredValue(model));
            await using var server = await TestServer.StartAsync("--Serving:MaxConcurrentRequests=1000", "--Text:MaxConcurrentRequests=1000", $"--Text:Models:{TextLoad.Model}={folder}");
            var recordings = await (parsed.GetValue(manifest) is { } file ? BudgetBenchmark.ReadManifestAsync(file) : BudgetBenchmark.ReadSamplesAsync());
            using var benchmark = new BudgetBenchmark(server.Address, recordings, turn);
            using var text = new TextLoad(server.Address, parsed.GetRequiredValue(texts), parsed.GetValue(textRate));
            await text.AddExamplesAsync();
            var speechRate = parsed.GetValue(load) * await benchmark.CapacityAsync();
            var (beside, without) = await benchmark.MeasureMixedAsync(speechRate, limit, parsed.GetValue(rate), parsed.GetValue(turns), number => text.RunAsync(turn, limit, seed: number));
            report.Add(string.Create(CultureInfo.InvariantCulture, $"{speechRate:0.0} requests a second want adaptation within {limit.TotalMilliseconds:0} ms, {parsed.GetValue(rate):0.#} a draft alone, {parsed.GetValue(textRate):0.#} are about texts."));
            report.Add("");
            report.Add("| speech | drafts | ms: p50 / p95 / p99 | finals | ms: p50 / p95 / p99 | within the budget | adapted | errors |");
            report.Add("|---|---|---|---|---|---|---|---|");
            report.Add(Row("without texts", without));
            report.Add(Row("with texts", beside));
            report.Add("");
            text.AddTo(report);
            report.Add("");
            report.Add($"With texts, drafts take {Ratio(0.5)} times as long at the median and {Ratio(0.99)} times at the 99th percentile (95 % intervals, bootstrap over turns).");
            report.Save();

            string Ratio(double share)
            {
                var ratio = QuantileRatio.Of([.. beside.Select(turn => turn.Drafts)], [.. without.Select(turn => turn.Drafts)], share);
                return string.Create(CultureInfo.InvariantCulture, $"{ratio.Ratio:0.00} ({ratio.Low:0.00} to {ratio.High:0.00})");
            }
        });
        return command;
    }

    private static string Row(string name, IReadOnlyList<SpeechTurn> turns)
    {
        var (drafts, finals) = (DraftTimes.Over(turns.Select(turn => turn.Drafts)), DraftTimes.Over(turns.Select(turn => turn.Finals)));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"| {name} | {drafts.Count} | {drafts} | {finals.Count} | {finals} | {100.0 * turns.Sum(turn => turn.Within) / finals.Count:0.0} % | {100.0 * turns.Sum(turn => turn.Adapted) / finals.Count:0.0} % | {turns.Sum(turn => turn.Failed)} |");
    }
}
