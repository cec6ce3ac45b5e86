using System.CommandLine;
using Attune.Adaptation;

namespace Attune.Streaming;

/// <summary>cost.</summary>
internal static class CostCommand
{
    private const string Speech = "samples/digits-clean-2.wav";

    private static readonly double[] Lengths = [2, 5, 10, 20, 40, 60];

    public static Command Create(string[] arguments)
    {
        var runs = new Option<int>("--runs") { Description = "Counted runs of each number. Default 5.", DefaultValueFactory = _ => 5 };
        var output = new Option<FileInfo?>("--out") { Description = "Markdown file whose section Cost is written." };
        var command = new Command("cost", "What listening costs for each second of audio, by the length of the utterance.") { runs, output };
        command.SetAction(async (parsed, _) =>
        {
            var report = new Report("Cost", parsed.GetValue(output), CostBenchmark.Method, arguments);
            report.Add(CostBenchmark.Header);
            TorchRuntime.EnsureLoaded(); // the server's settings of the heap
            using var engine = new Engine();
            var benchmark = new CostBenchmark(engine, parsed.GetValue(runs));
            var speech = await Recordings.ReadAsync(Speech);
            benchmark.WarmUp(speech);
            foreach (var seconds in Lengths) report.Add(benchmark.Measure(speech, seconds));
            report.Save();
        });
        return command;
    }
}
