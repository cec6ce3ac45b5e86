using System.CommandLine;
using Attune.Server.State;

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
        var kept = new Option<int>("--kept") { Description = "State:UtterancesPerDomain. Default 64, as the server's.", DefaultValueFactory = _ => new StateOptions().UtterancesPerDomain };
        var state = new Option<string>("--state")
        {
            Description = "State:Directory, so that a later run with --utterances 0 finds the domains as they are. Default none.",
            DefaultValueFactory = _ => StateOptions.NoDirectory,
        };
        var redis = new Option<string?>("--redis") { Description = "State:Redis, in place of the store in this process." };
        var ungated = new Option<bool>("--ungated") { Description = "Has every update published, so that every domain gets revisions of its own." };
        var title = new Option<string>("--title") { Description = "Of the section. Default Domains.", DefaultValueFactory = _ => "Domains" };
        var output = new Option<FileInfo?>("--out") { Description = "Markdown file whose section of this title is written." };
        var command = new Command("domains", "Many domains that learn: the memory of the process, and what a domain at random costs a request.")
        {
            domains, utterances, seconds, steps, requests, parameters, memory, kept, state, redis, ungated, title, output,
        };
        command.SetAction(async (parsed, _) =>
        {
            var report = new Report(parsed.GetRequiredValue(title), parsed.GetValue(output), DomainsTest.Method, arguments);
            var count = parsed.GetValue(domains);
            var gated = !parsed.GetValue(ungated);
            await using var server = await TestServer.StartAsync(
                $"--Adaptation:Fast:Parameters={parsed.GetValue(parameters)}",
                $"--Adaptation:Gate:Enabled={gated}",
                $"--State:DomainMemoryBytes={parsed.GetValue(memory) * 1_000_000L}",
                $"--State:UtterancesPerDomain={parsed.GetValue(kept)}",
                parsed.GetValue(redis) is { } address ? $"--State:Redis={address}" : $"--State:Directory={parsed.GetValue(state)}");
            using var client = new DomainClient(server.Address, await Recordings.ReadSamplesAsync(), TimeSpan.FromSeconds(parsed.GetValue(seconds)), gated);
            var test = new DomainsTest(client, count, report);
            if (parsed.GetValue(utterances) > 0) await test.TeachAsync(parsed.GetValue(utterances), parsed.GetValue(steps));
            await test.MeasureLatencyAsync(parsed.GetValue(requests));
            report.Save();
        });
        return command;
    }
}
