using System.CommandLine;
using System.Globalization;
using Attune.Swaps;

var activations = new Option<int>("--activations") { Description = "Activations, one after another. Default 1000.", DefaultValueFactory = _ => 1000 };
var steady = new Option<int>("--steady") { Description = "Seconds of load for which memory and latencies are watched before any, after the first, and after all. Default 60.", DefaultValueFactory = _ => 60 };
var interval = new Option<double>("--interval") { Description = "Seconds from one activation to the next, at least. Default 0.5.", DefaultValueFactory = _ => 0.5 };
var limit = new Option<int>("--limit") { Description = "Seconds after which no further activation begins. Default 3600.", DefaultValueFactory = _ => 3600 };
var rate = new Option<double>("--rate")
{
    Description = "Recordings a second that are only recognised; a quarter of it is adapted to in a domain besides. 0 for no load. Default 4.",
    DefaultValueFactory = _ => 4,
};
var first = new Option<string>("--first") { Description = "Model folder of one checkpoint.", Required = true };
var second = new Option<string>("--second") { Description = "Model folder of the other.", Required = true };
var parameters = new Option<string>("--parameters") { Description = "What domains may change. Default layer-norm.", DefaultValueFactory = _ => "layer-norm" };
var redis = new Option<string?>("--redis")
{
    Description = "Redis that holds what domains learn. Default: a store in the server's process, which takes up to 160 MB as it fills, so that memory says little of swaps.",
};
var program = new Option<string>("--server")
{
    Description = "Program to start as server, of a published folder for example. Default: the one that was built with this.",
    DefaultValueFactory = _ => Path.Combine(AppContext.BaseDirectory, "attune"),
};
var output = new Option<FileInfo?>("--out") { Description = "Also write the result to this Markdown file." };
var command = new RootCommand(
    """
    Activates two checkpoints in turn, as often as wished, while clients recognise and adapt, and tells what they noticed. Ends with 1 if a call failed.

    Example: dotnet run -c Release --project load-tests/Swaps -- --first models/spoken-numbers-en --second my-model --out load-tests/Swaps/RESULTS.md
    """)
{
    activations, steady, interval, limit, rate, parameters, redis, first, second, program, output,
};
command.SetAction(async (parsed, cancellationToken) =>
{
    var run = new SwapRun
    {
        Activations = parsed.GetValue(activations),
        Steady = TimeSpan.FromSeconds(parsed.GetValue(steady)),
        Interval = TimeSpan.FromSeconds(parsed.GetValue(interval)),
        Limit = TimeSpan.FromSeconds(parsed.GetValue(limit)),
        Rate = parsed.GetValue(rate),
        Redis = parsed.GetValue(redis),
        Parameters = parsed.GetRequiredValue(parameters),
        First = Path.GetFullPath(parsed.GetRequiredValue(first)),
        Server = Path.GetFullPath(parsed.GetRequiredValue(program)),
        Second = Path.GetFullPath(parsed.GetRequiredValue(second)),
    };
    var result = await run.RunAsync(cancellationToken);
    Console.WriteLine(result.ToMarkdown());
    if (parsed.GetValue(output) is { } file) await File.WriteAllTextAsync(file.FullName, result.ToMarkdown(), cancellationToken);
    return result.Failures.Count == 0 ? 0 : 1;
});
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
return await command.Parse(args).InvokeAsync();
