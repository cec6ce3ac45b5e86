using System.CommandLine;

namespace Attune.Streaming;

/// <summary>latency.</summary>
internal static class LatencyCommand
{
    public static Command Create(string[] arguments)
    {
        var server = new Option<Uri?>("--server") { Description = "Address of a server that runs already. Default: one in this process, with the model that ships." };
        var streams = Many("--streams", "Streams at the same time, a row for each. Default 1 4 8 16.", 1, 4, 8, 16);
        var steps = Many("--steps", "Adaptation steps, rows for each. Default 0 10.", 0, 10);
        var budget = new Option<double?>("--budget") { Description = "Latency budget of each utterance in seconds. Default none." };
        var parameters = new Option<string>("--parameters") { Description = "What may change: Adaptation:Fast:Parameters of the server in this process. Default suta.", DefaultValueFactory = _ => "suta" };
        var seconds = new Option<double>("--seconds") { Description = "Length of each stream. Default 20.", DefaultValueFactory = _ => 20 };
        var runs = new Option<int>("--runs") { Description = "Runs of each row. Default 3.", DefaultValueFactory = _ => 3 };
        var title = new Option<string>("--title") { Description = "Of the section. Default Latency.", DefaultValueFactory = _ => "Latency" };
        var output = new Option<FileInfo?>("--out") { Description = "Markdown file whose section of this title is written." };
        var command = new Command("latency", "How long results take behind the audio that they need, real-time paced.")
        {
            server, streams, steps, budget, parameters, seconds, runs, title, output,
        };
        command.SetAction(async (parsed, _) =>
        {
            var report = new Report(parsed.GetRequiredValue(title), parsed.GetValue(output), LatencyBenchmark.Method, arguments);
            report.Add(LatencyBenchmark.Header);
            await using var own = parsed.GetValue(server) is null ? await TestServer.StartAsync($"--Adaptation:Fast:Parameters={parsed.GetValue(parameters)}") : null;
            var benchmark = new LatencyBenchmark(
                own?.Address ?? parsed.GetRequiredValue(server)!, await Recordings.ReadSamplesAsync(), TimeSpan.FromSeconds(parsed.GetValue(seconds)), parsed.GetValue(runs));
            TimeSpan? limit = parsed.GetValue(budget) is { } value ? TimeSpan.FromSeconds(value) : null;
            foreach (var step in parsed.GetRequiredValue(steps))
            {
                foreach (var count in parsed.GetRequiredValue(streams)) report.Add(await benchmark.MeasureAsync(count, step, step == 0 ? null : limit));
            }

            report.Save();
        });
        return command;
    }

    private static Option<int[]> Many(string name, string description, params int[] values) =>
        new(name) { Description = description, DefaultValueFactory = _ => values, AllowMultipleArgumentsPerToken = true };
}
