using System.CommandLine;
using System.Runtime.InteropServices;
using Attune.Adaptation;
using Attune.Benchmarks;
using Attune.Recognition;
using Attune.Recognition.Models;

var lengths = new Option<double[]>("--seconds")
{
    Description = "Lengths of audio in seconds. Default 2 5 10.",
    DefaultValueFactory = _ => [2, 5, 10],
    AllowMultipleArgumentsPerToken = true,
};
var runs = new Option<int>("--runs") { Description = "Counted runs of each operation. Default 5.", DefaultValueFactory = _ => 5 };
var threads = new Option<int>("--threads") { Description = "Threads of either runtime. Default: one for each core.", DefaultValueFactory = _ => Environment.ProcessorCount };
var output = new Option<FileInfo?>("--out") { Description = "Also write the table to this Markdown file." };
var command = new RootCommand(
    """
    Measures what forward passes, adaptation steps and sessions cost, for the model that ships and for wav2vec2-base's shape.

    Example: dotnet run -c Release --project load-tests/Benchmarks -- --out load-tests/Benchmarks/RESULTS.md
    """)
{
    lengths, runs, threads, output,
};
var mergeOutput = new Option<FileInfo?>("--out") { Description = "Also write the table to this Markdown file." };
var merge = new Command("merge", "Measures what merging checkpoints of wav2vec2-base's shape costs, with each method.") { mergeOutput };
merge.SetAction(result => MergeBenchmark.Run(result.GetValue(mergeOutput)));
command.Add(merge);
var preload = Environment.GetEnvironmentVariable(PlainProcess.Preload) is { Length: > 0 } library ? $"{PlainProcess.Preload}={library} " : "";
command.Add(PublishedCommand.Create(() =>
    [$"{Processor.Name()}, {Environment.ProcessorCount} logical cores: `{preload}dotnet run -c Release --project load-tests/Benchmarks -- {string.Join(' ', args)}`"]));
if (args is [PlainProcess.Argument, var folder, var set])
{
    PlainProcess.Serve(folder, set);
    return 0;
}

var togetherRuns = new Option<int>("--runs") { Description = "Counted runs of each row. Default 5.", DefaultValueFactory = _ => 5 };
var togetherOutput = new Option<FileInfo?>("--out") { Description = "Also write the table to this Markdown file." };
var shapes = new Option<string[]>("--models")
{
    Description = "shipped, base. Default both.",
    DefaultValueFactory = _ => ["shipped", "base"],
    AllowMultipleArgumentsPerToken = true,
};
var together = new Command("together", "Measures eight users adapting at the same time against one after another, alone and in batches.") { shapes, togetherRuns, togetherOutput };
together.SetAction(result => TogetherBenchmark.Run(result.GetValue(shapes)!, result.GetValue(togetherRuns), result.GetValue(togetherOutput)));
command.Add(together);
var batchRuns = new Option<int>("--runs") { Description = "Counted runs of each row. Default 5.", DefaultValueFactory = _ => 5 };
var batches = new Command("batches", "Measures fast updates by ones, twos and fours on every core, beyond the limits that the server keeps too.") { batchRuns };
batches.SetAction(result => BatchBenchmark.Run(steps: 5, result.GetValue(batchRuns)));
command.Add(batches);
var draftShapes = new Option<string[]>("--models")
{
    Description = "shipped, base. Default both.",
    DefaultValueFactory = _ => ["shipped", "base"],
    AllowMultipleArgumentsPerToken = true,
};
var draftSeconds = new Option<double>("--seconds") { Description = "Length of an utterance. Default 3.", DefaultValueFactory = _ => 3 };
var draftRuns = new Option<int>("--runs") { Description = "Counted runs of each row, four times as many of the model that ships. Default 5.", DefaultValueFactory = _ => 5 };
var draftOutput = new Option<FileInfo?>("--out") { Description = "Also write the table to this Markdown file." };
var drafts = new Command("draft-batches", "Measures drafts of 1, 2, 4 and 8 utterances in one batch against one after another.") { draftShapes, draftSeconds, draftRuns, draftOutput };
drafts.SetAction(result => DraftBatchBenchmark.Run(result.GetValue(draftShapes)!, result.GetValue(draftSeconds), result.GetValue(draftRuns), result.GetValue(draftOutput)));
command.Add(drafts);
var rooflineModels = new Option<string[]>("--models")
{
    Description = "shipped, base. Default both.",
    DefaultValueFactory = _ => ["shipped", "base"],
    AllowMultipleArgumentsPerToken = true,
};
var rooflineLengths = new Option<double[]>("--seconds") { Description = "Lengths of audio in seconds. Default 2 5 10.", DefaultValueFactory = _ => [2, 5, 10], AllowMultipleArgumentsPerToken = true };
var rooflineRuns = new Option<int>("--runs") { Description = "Counted runs of each row. Default 9.", DefaultValueFactory = _ => 9 };
var rooflineOutput = new Option<FileInfo?>("--out") { Description = "Also write the table to this Markdown file." };
var roofline = new Command("roofline", "Measures how much of what the machine multiplies at most forward passes and steps achieve.") { rooflineModels, rooflineLengths, rooflineRuns, rooflineOutput };
roofline.SetAction(result => RooflineBenchmark.Run(result.GetValue(rooflineModels)!, result.GetValue(rooflineLengths)!, result.GetValue(rooflineRuns), result.GetValue(rooflineOutput)));
command.Add(roofline);
var samples = new Option<string>("--samples") { Description = "Folder of WAV files. Default samples.", DefaultValueFactory = _ => "samples" };
var decodingRuns = new Option<int>("--runs") { Description = "Counted runs of each row. Default 20.", DefaultValueFactory = _ => 20 };
var decoding = new Command("decoding", "Measures best paths and beam searches, without language and with a model of 20,000 words.") { samples, decodingRuns };
decoding.SetAction(result => DecodingBenchmark.Run(result.GetValue(samples)!, result.GetValue(decodingRuns)));
command.Add(decoding);
var textRuns = new Option<int>("--runs") { Description = "Counted runs of each row. Default 9.", DefaultValueFactory = _ => 9 };
var textOutput = new Option<FileInfo?>("--out") { Description = "Also write the table to this Markdown file." };
var text = new Command("text", "Measures reading a text and writing a token with GPT-2's shape, with keys and values of earlier tokens and without.") { textRuns, textOutput };
text.SetAction(result => TextBenchmark.Run(result.GetValue(textRuns), result.GetValue(textOutput)));
command.Add(text);
command.SetAction(result => Measure(result.GetValue(lengths)!, result.GetValue(runs), result.GetValue(threads), result.GetValue(output)));
return command.Parse(args).Invoke();

static void Measure(double[] lengths, int runs, int threads, FileInfo? output)
{
    TorchRuntime.EnsureLoaded();
    var lines = new List<string>
    {
        "# Costs of recognition and adaptation",
        "",
        $"{Processor.Name()}, {Environment.ProcessorCount} logical cores, {RuntimeInformation.OSDescription.Trim()}, {RuntimeInformation.FrameworkDescription}; {threads} threads for either runtime, "
            + "float32, one utterance at a time, after one run that does not count. Memory is the highest resident memory of the process, both runtimes' weights included. "
            + "`wav2vec2-base` has random weights (94.4 M parameters).",
        "",
        "Made by `dotnet run -c Release --project load-tests/Benchmarks -- --out load-tests/Benchmarks/RESULTS.md`.",
        "",
        "| model | audio, s | operation | median, s | range, s | runs | compute / audio | peak, MB |",
        "|---|---|---|---|---|---|---|---|",
    };
    foreach (var line in lines) Console.WriteLine(line);

    var random = RandomModel.Create(Path.Combine(Path.GetTempPath(), "attune-benchmarks", "wav2vec2-base"));
    foreach (var folder in new[] { new RecognitionOptions().ResolveModel(), random })
    {
        using var model = Model.Open(folder);
        new ModelBenchmark(model, runs, threads, measurement =>
        {
            lines.Add(measurement.ToMarkdown());
            Console.WriteLine(lines[^1]);
        }).Run(lengths);
    }

    if (output is not null) File.WriteAllLines(output.FullName, lines);
}
