using System.CommandLine;

namespace Attune.Streaming;

/// <summary>soak.</summary>
internal static class SoakCommand
{
    public static Command Create(string[] arguments)
    {
        var streams = new Option<int>("--streams") { Description = "Short streams. Default 10000.", DefaultValueFactory = _ => 10_000 };
        var concurrent = new Option<int>("--concurrent") { Description = "Short streams at a time. Default 8.", DefaultValueFactory = _ => 8 };
        var seconds = new Option<double>("--seconds") { Description = "Audio of a short stream. Default 2.", DefaultValueFactory = _ => 2 };
        var minutes = new Option<double>("--minutes") { Description = "Audio of the long stream. Default 60.", DefaultValueFactory = _ => 60 };
        var steps = new Option<int>("--steps") { Description = "Adaptation steps on each utterance. Default 1.", DefaultValueFactory = _ => 1 };
        var parameters = new Option<string>("--parameters") { Description = "What may change: Adaptation:Fast:Parameters. Default suta.", DefaultValueFactory = _ => "suta" };
        var output = new Option<FileInfo?>("--out") { Description = "Markdown file whose section Memory is written." };
        var command = new Command("soak", "Many short streams and a long one, and the memory of the process.") { streams, concurrent, seconds, minutes, steps, parameters, output };
        command.SetAction(async (parsed, _) =>
        {
            var report = new Report("Memory", parsed.GetValue(output), SoakTest.Method, arguments);
            report.Add(SoakTest.Header);
            await using var server = await TestServer.StartAsync($"--Adaptation:Fast:Parameters={parsed.GetValue(parameters)}");
            var test = new SoakTest(server.Address, await Recordings.ReadSamplesAsync(), parsed.GetValue(steps), report);
            await test.RunShortAsync(parsed.GetValue(streams), parsed.GetValue(concurrent), TimeSpan.FromSeconds(parsed.GetValue(seconds)));
            await test.RunLongAsync(TimeSpan.FromMinutes(parsed.GetValue(minutes)));
            report.Save();
        });
        return command;
    }
}
