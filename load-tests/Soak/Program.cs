using System.CommandLine;
using System.Globalization;
using Attune.Soak;
using Attune.Streaming;

var requests = new Option<int>("--requests") { Description = "Requests in all. Default 100000.", DefaultValueFactory = _ => 100_000 };
var concurrent = new Option<int>("--concurrent") { Description = "Requests at a time. Default 4.", DefaultValueFactory = _ => 4 };
var seconds = new Option<double>("--seconds") { Description = "Audio of a request. Default 0.6.", DefaultValueFactory = _ => 0.6 };
var sampling = new Option<double>("--sampling") { Description = "Seconds between looks at the server's memory. Default 5.", DefaultValueFactory = _ => 5 };
var minutes = new Option<double>("--minutes") { Description = "Time after which the client ends, done or not. Default 1440.", DefaultValueFactory = _ => 1440 };
var parameters = new Option<string>("--parameters") { Description = "What may change: Adaptation:Fast:Parameters. Default top-1.", DefaultValueFactory = _ => "top-1" };
var folder = new Option<DirectoryInfo>("--folder")
{
    Description = "The server's log and state, and how far the run has come; a client that was ended goes on from it as long as its server runs. Default soak.",
    DefaultValueFactory = _ => new DirectoryInfo("soak"),
};
var redis = new Option<string?>("--redis") { Description = "Redis that holds the server's state. Default: a store in the server's process, which takes up to 160 MB as it fills." };
var output = new Option<FileInfo?>("--out") { Description = "Markdown file to write; soak.png comes to lie beside it." };
var command = new RootCommand(
    """
    Sends a hundred thousand requests of all kinds, wrong ones included, to a server that learns, and watches its memory. Run from the repository's root.
    Exit code 1: a status that was not expected, an error in the log, or tensors that were left.
    """)
{
    requests, concurrent, seconds, sampling, minutes, parameters, redis, folder, output,
};
command.SetAction(async (parsed, cancellationToken) =>
{
    using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
    ending.CancelAfter(TimeSpan.FromMinutes(parsed.GetValue(minutes)));
    var run = new SoakRun(
        parsed.GetValue(folder)!.FullName, parsed.GetValue(requests), parsed.GetValue(concurrent), TimeSpan.FromSeconds(parsed.GetValue(seconds)), TimeSpan.FromSeconds(parsed.GetValue(sampling)),
        [$"--Adaptation:Fast:Parameters={parsed.GetValue(parameters)}", "--State:UtteranceExpiry=00:02:00", .. parsed.GetValue(redis) is { } address ? [$"--State:Redis={address}"] : Array.Empty<string>()]);
    var progress = await run.RunAsync(await Recordings.ReadSamplesAsync(), ending.Token);
    var report = new SoakReport(progress, await progress.Server.ErrorsAsync());
    if (!cancellationToken.IsCancellationRequested) await progress.Server.StopAsync();
    var text = report.ToMarkdown($"dotnet run -c Release --project load-tests/Soak -- {string.Join(' ', args)}");
    Console.WriteLine(text);
    if (parsed.GetValue(output) is { } file)
    {
        await File.WriteAllTextAsync(file.FullName, "# Soak\n\n" + text, CancellationToken.None);
        report.Draw(Path.Combine(file.DirectoryName!, "soak.png"));
    }

    return report.IsGood ? 0 : 1;
});
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
return await command.Parse(args).InvokeAsync();
