using System.CommandLine;
using System.Globalization;
using Attune.Adaptation;
using Attune.Adaptation.Network;
using Attune.Adaptation.Text;
using Attune.Adaptation.Text.Editing;
using Attune.Adaptation.Text.Training;
using Attune.Facts;
using Attune.Recognition.Acoustic;
using Attune.Text;
using Attune.Text.Models;
using static TorchSharp.torch;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var folder = new Argument<string>("DIR") { Description = "Folder of the model; the edits lie beside its files." };
var layers = new Option<int>("--layers") { Description = "Layers of the model. Default 4.", DefaultValueFactory = _ => 4 };
var heads = new Option<int>("--heads") { Description = "Attention heads of each layer. Default 4.", DefaultValueFactory = _ => 4 };
var steps = new Option<int>("--steps") { Description = "Training steps. Default 1200.", DefaultValueFactory = _ => 1200 };
var seed = new Option<int>("--seed") { Description = "Of names, facts, weights and order. Default 1.", DefaultValueFactory = _ => 1 };
var names = new Option<NameKind>("--names") { Description = "What people are called: Pair (first and last name) or Ordered (the same syllables in an order of their own). Default Pair." };
var make = new Command("make", "Write edits of a world's facts, and train a small GPT-2 that knows it (one thread).") { folder, layers, heads, steps, names, seed };
make.SetAction(parsed =>
{
    Prepare();
    var path = parsed.GetRequiredValue(folder);
    var world = new World(parsed.GetValue(names), parsed.GetValue(seed));
    new WorldModel(world, path, parsed.GetValue(seed), Console.WriteLine)
        .Make(parsed.GetValue(layers), parsed.GetValue(heads), parsed.GetValue(steps));
    using var engine = Open(path);
    Console.WriteLine(Knowledge.Of(engine.Model, world));
});

var file = new Option<string>("--edits") { Description = "File of edits in DIR. Default edits.jsonl.", DefaultValueFactory = _ => "edits.jsonl" };
var ways = new Option<string>("--ways") { Description = "Only ways whose name has this. Default all.", DefaultValueFactory = _ => "" };
var rate = new Option<double>("--rate") { Description = "Learning rate of fine-tuning. Default 1e-3.", DefaultValueFactory = _ => 1e-3 };
var most = new Option<int>("--fine-tuning-steps") { Description = "Steps of fine-tuning. Default 40.", DefaultValueFactory = _ => 40 };
var ratio = new Option<double>("--replay-ratio") { Description = "Own answers replayed for each fact of a step, and the weight of their loss. Default 4.", DefaultValueFactory = _ => 4 };
var layer = new Option<int?>("--layer") { Description = "Layer that is edited. Default: found by causal tracing." };
var prefixes = new Option<int>("--prefixes") { Description = "Sentences that an edit must hold after. Default 4.", DefaultValueFactory = _ => 4 };
var essence = new Option<double>("--essence") { Description = "Weight of the essence prompts.", DefaultValueFactory = _ => new EditOptions().EssenceWeight };
var change = new Option<double>("--longest-change") { Description = "Longest change of a value.", DefaultValueFactory = _ => new EditOptions().LongestChange };
var stepSize = new Option<double>("--step-size") { Description = "Step size of the search for a value.", DefaultValueFactory = _ => new EditOptions().StepSize };
var searchSteps = new Option<int>("--search-steps") { Description = "Most steps of the search for a value.", DefaultValueFactory = _ => new EditOptions().Steps };
var compare = new Command("compare", "Edit the facts by fine-tuning, with replay and by ROME, and compare what it does.")
{
    folder, file, ways, rate, most, ratio, layer, prefixes, essence, change, stepSize, searchSteps,
};
compare.SetAction(parsed =>
{
    Prepare();
    var path = parsed.GetRequiredValue(folder);
    using var engine = Open(path);
    var options = new ComparisonOptions
    {
        Rate = parsed.GetValue(rate),
        Steps = parsed.GetValue(most),
        ReplayRatio = parsed.GetValue(ratio),
        Layer = parsed.GetValue(layer),
        Prefixes = parsed.GetValue(prefixes),
        Ways = parsed.GetRequiredValue(ways),
        Editing = new EditOptions
        {
            EssenceWeight = parsed.GetValue(essence),
            LongestChange = parsed.GetValue(change),
            StepSize = parsed.GetValue(stepSize),
            Steps = parsed.GetValue(searchSteps),
        },
    };
    var edits = FactEditFile.Read(Path.Combine(path, parsed.GetRequiredValue(file)));
    var prompts = ExampleFile.ReadPrompts(Path.Combine(path, "other-prompts.jsonl"), skipInvalid: false);
    new Comparison(engine, edits, prompts, options, Console.WriteLine).Run(Path.Combine(path, "fine-tuned"));
});
var trace = new Command("trace", "Tell in which layers, and at which token, the facts of the edits lie.") { folder, file };
trace.SetAction(parsed =>
{
    Prepare();
    var path = parsed.GetRequiredValue(folder);
    using var model = TextModel.Open(path);
    Traces.Write(model, FactEditFile.Read(Path.Combine(path, parsed.GetRequiredValue(file))), Console.WriteLine);
});
var other = new Argument<string>("CHANGED") { Description = "Folder of a model that was made of DIR's." };
var measure = new Command("measure", "Tell what a changed model does with the facts of the edits.") { folder, other, file };
measure.SetAction(parsed =>
{
    Prepare();
    var path = parsed.GetRequiredValue(folder);
    using var model = TextModel.Open(path);
    using var changed = TextModel.Open(parsed.GetRequiredValue(other));
    using var network = new Gpt2Network(model);
    using var after = new ParameterTensors(changed.Source(ParameterSet.Parse("all")));
    var measurement = new EditMeasurement(network, model.Tokenizer);
    Console.WriteLine(FiguresTable.Header);
    Console.WriteLine(FiguresTable.Row(changed.Name, [.. FactEditFile.Read(Path.Combine(path, parsed.GetRequiredValue(file))).Select(edit => measurement.Measure(edit, after))]));
});
return new RootCommand(
    """
    A small world of facts, a GPT-2 that knows them, and ways to change one.

    Example:
      dotnet run -c Release --project tools/facts -- make /tmp/facts
      dotnet run -c Release --project tools/facts -- trace /tmp/facts
      dotnet run -c Release --project tools/facts -- compare /tmp/facts
    """)
{ make, trace, compare, measure }.Parse(args).Invoke();

static void Prepare()
{
    TorchRuntime.EnsureLoaded();
    set_num_threads(1); // the same sums in the same order, so that a seed gives the same model
}

static TextEngine Open(string folder) => new(TextModel.Open(folder), set: null, new OnnxOptions { Threads = 1 });
