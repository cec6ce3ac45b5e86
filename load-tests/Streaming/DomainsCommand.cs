using System.CommandLine;

namespace Attune.Streaming;

/// <summary>domains.</summary>
internal static class DomainsCommand
{
    public static Command Create(string[] arguments)
    {
        var domains = new Option<int>("--domains") { Description = "Domains. Default 100.", DefaultValueFactory = _ => 100 };
        var utterances = new Option<int>("--utterances") { Description = "Utterances, dealt out to the domains in turns. Default 10000.", DefaultValueFactory = _ => 10_000 };
        var seconds = new Option<double>("--seconds") { Description = "Audio of an utterance. Default 1.5.", DefaultValueFactory = _ => 1.5 };
        var steps = new Option<int>("--steps") { Description = "Adaptation steps on each utterance. Default 1.", DefaultValueFactory = _ => 1 };
        var requests = new Option<int>("--requests") { Description = "Requests of each kind whose latency is measured afterwards. Default 1000.", DefaultValueFactory = _ => 1_000 };
        var parameters = new Option<string>("--parameters") { Description = "What domains may change: Adaptation:Fast:Parameters. Default suta.", DefaultValueFactory = _ => "suta" };
        var memory = new Option<long>("--memory") { Description = "State:DomainMemoryBytes in MB. Default 1074, as the server's.", DefaultValueFactory = _ => 1_074 };
        var title = new Option<string>("--title") { Description = "Of the section. Default Domains.", DefaultValueFactory = _ => "Domains" };
        var output = new Option<FileInfo?>("--out") { Description = "Markdown file whose section of this title is written." };
        var command = new Command("domains", "Many domains that learn: the memory of the process, and what a domain at random costs a request.")
        {
            domains, utterances, seconds, steps, requests, parameters, memory, title, output,
        };
        command.SetAction(async (parsed, _) =>
        {
            var report = new Report(parsed.GetRequiredValue(title), parsed.GetValue(output), DomainsTest.Method, arguments);
            var count = parsed.GetValue(domains);
            await using var server = await TestServer.StartAsync(
                $"--Adaptation:Fast:Parameters={parsed.GetValue(parameters)}", $"--State:DomainMemoryBytes={parsed.GetValue(memory) * 1_000_000L}");
            using var test = new DomainsTest(server.Address, await Recordings.ReadSamplesAsync(), TimeSpan.FromSeconds(parsed.GetValue(seconds)), count, report);
            await test.TeachAsync(parsed.GetValue(utterances), parsed.GetValue(steps));
            await test.MeasureLatencyAsync(parsed.GetValue(requests));
            report.Save();
        });
        return command;
    }
}
