using System.CommandLine;

namespace Attune.Streaming;

/// <summary>budgets.</summary>
internal static class BudgetCommand
{
    public static Command Create(string[] arguments)
    {
        var manifest = new Option<string?>("--manifest") { Description = "JSON lines with audio_filepath and text. Default: the samples that ship." };
        var budgets = new Option<int[]>("--budget-ms")
        {
            Description = "Latency budgets in milliseconds, a row for each; 0 for none. Default 100 300 1000 0.",
            DefaultValueFactory = _ => [100, 300, 1000, 0],
            AllowMultipleArgumentsPerToken = true,
        };
        var load = new Option<double>("--load") { Description = "Share of the requests that the server can adapt to at most. Default 0.7.", DefaultValueFactory = _ => 0.7 };
        var seconds = new Option<double>("--seconds") { Description = "Length of each row. Default 30.", DefaultValueFactory = _ => 30 };
        var title = new Option<string>("--title") { Description = "Of the section. Default Budgets.", DefaultValueFactory = _ => "Budgets" };
        var output = new Option<FileInfo?>("--out") { Description = "Markdown file whose section of this title is written." };
        var command = new Command("budgets", "Single requests that arrive at random: how many finals meet their latency budget, and what adaptation does to drafts.")
        {
            manifest, budgets, load, seconds, title, output,
        };
        command.SetAction(async (parsed, _) =>
        {
            var report = new Report(parsed.GetRequiredValue(title), parsed.GetValue(output), BudgetBenchmark.Method, arguments);
            await using var server = await TestServer.StartAsync("--Serving:MaxConcurrentRequests=1000");
            var recordings = await (parsed.GetValue(manifest) is { } file ? BudgetBenchmark.ReadManifestAsync(file) : BudgetBenchmark.ReadSamplesAsync());
            using var benchmark = new BudgetBenchmark(server.Address, recordings, TimeSpan.FromSeconds(parsed.GetValue(seconds)));
            var capacity = await benchmark.CapacityAsync();
            var rate = capacity * parsed.GetValue(load);
            report.Add(FormattableString.Invariant($"Capacity with the default steps and no budget: {capacity:0.0} requests a second. Arrivals: {rate:0.0} a second."));
            report.Add("");
            report.Add(BudgetResult.Header);
            var results = new List<BudgetResult>();
            await MeasureAsync(adapts: false, budget: null);
            foreach (var budget in parsed.GetRequiredValue(budgets)) await MeasureAsync(adapts: true, budget == 0 ? null : TimeSpan.FromMilliseconds(budget));
            report.AddPicture("budgets.png", BudgetPicture.Title, BudgetPicture.ToPng(results));
            report.Save();

            async Task MeasureAsync(bool adapts, TimeSpan? budget)
            {
                results.Add(await benchmark.MeasureAsync(rate, adapts, budget));
                report.Add(results[^1].ToString());
            }
        });
        return command;
    }
}
