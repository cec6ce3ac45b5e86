using System.CommandLine;
using System.Globalization;
using Attune.Adaptation;
using Attune.Adaptation.Text.Editing;
using Attune.Facts;
using Attune.Recognition.Acoustic;
using Attune.Text;
using Attune.Text.Models;
using static TorchSharp.torch;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var folder = new Argument<string>("DIR") { Description = "Folder of the model; facts.txt and edits.jsonl lie beside its files." };
var people = new Option<int>("--people") { Description = "People of the world, with three facts each. Default 60.", DefaultValueFactory = _ => 60 };
var steps = new Option<int>("--steps") { Description = "Training steps. Default 1200.", DefaultValueFactory = _ => 1200 };
var count = new Option<int>("--edits") { Description = "Facts to edit. Default 30.", DefaultValueFactory = _ => 30 };
var seed = new Option<int>("--seed") { Description = "Of names, facts, weights and order. Default 1.", DefaultValueFactory = _ => 1 };
var make = new Command("make", "Write a world's sentences and edits, and train a small GPT-2 on the sentences (one thread).") { folder, people, steps, count, seed };
make.SetAction(parsed =>
{
    Prepare();
    var (path, chance) = (parsed.GetRequiredValue(folder), parsed.GetValue(seed));
    var world = new World(parsed.GetValue(people), chance);
    NewModel.Write(path, world.SentencesWithoutNames, chance);
    File.WriteAllLines(Path.Combine(path, "facts.txt"), world.Sentences);
    EditSet.Write(world, parsed.GetValue(count), chance, Path.Combine(path, "edits.jsonl"));
    Trainer.Train(path, world, parsed.GetValue(steps), chance, Console.WriteLine);
    using var engine = Open(path);
    Console.WriteLine(Knowledge.Of(engine.Model, world));
});

var rate = new Option<double>("--rate") { Description = "Learning rate of fine-tuning. Default 5e-4.", DefaultValueFactory = _ => 5e-4 };
var most = new Option<int>("--most") { Description = "Most steps of fine-tuning. Default 50.", DefaultValueFactory = _ => 50 };
var layer = new Option<int?>("--layer") { Description = "Layer that is edited. Default: found by causal tracing." };
var essence = new Option<double>("--essence") { Description = "Weight of the essence prompts.", DefaultValueFactory = _ => new EditOptions().EssenceWeight };
var change = new Option<double>("--longest-change") { Description = "Longest change of a value.", DefaultValueFactory = _ => new EditOptions().LongestChange };
var first = new Option<int>("--first") { Description = "Only so many edits. Default all.", DefaultValueFactory = _ => int.MaxValue };
var ways = new Option<string>("--ways") { Description = "Only ways whose name has this. Default all.", DefaultValueFactory = _ => "" };
var prefixes = new Option<int>("--prefixes") { Description = "Beginnings that an edit must hold after. Default 12.", DefaultValueFactory = _ => 12 };
var stepSize = new Option<double>("--step-size") { Description = "Step size of the search for a value.", DefaultValueFactory = _ => new EditOptions().StepSize };
var searchSteps = new Option<int>("--search-steps") { Description = "Most steps of the search for a value.", DefaultValueFactory = _ => new EditOptions().Steps };
var compare = new Command("compare", "Edit the facts by fine-tuning, with replay and by ROME, and compare what it does.") { folder, rate, most, layer, essence, change, first, ways, prefixes, stepSize, searchSteps };
compare.SetAction(parsed =>
{
    Prepare();
    var path = parsed.GetRequiredValue(folder);
    using var engine = Open(path);
    IReadOnlyList<FactEdit> edits = [.. FactEditFile.Read(Path.Combine(path, "edits.jsonl")).Take(parsed.GetValue(first))];
    var options = new EditOptions { EssenceWeight = parsed.GetValue(essence), LongestChange = parsed.GetValue(change), StepSize = parsed.GetValue(stepSize), Steps = parsed.GetValue(searchSteps) };
    new Comparison(engine.Model, engine, edits, parsed.GetValue(rate), parsed.GetValue(most), parsed.GetValue(layer), options, parsed.GetRequiredValue(ways), parsed.GetValue(prefixes), Console.WriteLine).Run();
});
return new RootCommand(
    """
    A small world of facts, a GPT-2 that knows them, and ways to change one.

    Example:
      dotnet run -c Release --project tools/facts -- make /tmp/facts
      dotnet run -c Release --project tools/facts -- compare /tmp/facts
    """)
{ make, compare }.Parse(args).Invoke();

static void Prepare()
{
    TorchRuntime.EnsureLoaded();
    set_num_threads(1); // the same sums in the same order, so that a seed gives the same model
}

static TextEngine Open(string folder) => new(TextModel.Open(folder), set: null, new OnnxOptions { Threads = 1 });
