using System.CommandLine;
using System.Globalization;
using Attune.Adaptation;
using Attune.Adaptation.Text.Slow;
using Attune.Adaptation.Text.Tent;
using Attune.TextAdaptation;
using static TorchSharp.torch;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var model = new Argument<string>("MODEL") { Description = "Folder of the model." };
var seed = new Option<int>("--seed") { Description = "Of weights, order and noise. Default 1.", DefaultValueFactory = _ => 1 };

var domain = new Argument<string>("TEXT") { Description = "File of text that the model was not trained on." };
var bytes = new Option<int>("--bytes") { Description = "Length of a passage. Default 400.", DefaultValueFactory = _ => 400 };
var queries = new Option<int>("--queries") { Description = "Passages to ask about. Default 100.", DefaultValueFactory = _ => 100 };
var ways = new Option<string[]>("--way")
{
    Description = "PARAMETERS,EXAMPLES,STEPS,RATE, or the same with ',random' for examples of chance or ',kept' for steps that go on from a kept revision; no steps for that alone.",
    DefaultValueFactory = _ => ["layer-norm,8,5,0.001", "layer-norm,8,5,0.01", "lora,8,5,0.01", "all,8,5,0.001", "all,8,5,0.001,random", "all,32,5,0.001"],
};
var epochs = new Option<int>("--epochs") { Description = "Passes that make a kept revision. Default: those of the settings.", DefaultValueFactory = _ => new TextSlowOptions().Epochs };
var slowRate = new Option<double>("--kept-rate") { Description = "Step size of a kept revision. Default: that of the settings.", DefaultValueFactory = _ => new TextSlowOptions().LearningRate };
var nearest = new Command("nearest", "Bits per byte of a domain's passages, from a GPT-2 itself, trained on the most similar ones, and from a kept revision.") { model, domain, bytes, queries, ways, epochs, slowRate };
nearest.SetAction(parsed =>
{
    Prepare();
    var slow = new TextSlowOptions { Epochs = parsed.GetValue(epochs), LearningRate = parsed.GetValue(slowRate) };
    new NearestExperiment(parsed.GetRequiredValue(model), parsed.GetRequiredValue(domain), parsed.GetValue(bytes), parsed.GetValue(queries), slow, Console.WriteLine)
        .Run([.. parsed.GetRequiredValue(ways).Select(ToWay)]);
});

var verses = new Argument<string>("VERSES") { Description = "Output of tools/text/kjv.sh OUT --places." };
var books = new Option<string>("--books") { Description = "Labels: books of it, those of one label joined by +.", DefaultValueFactory = _ => "Ge+Exo,Psa+Prv+Job,Isa+Jer,Mat+Mark+Luke,Rom+1Cor+2Cor+Heb" };
var perBook = new Option<int>("--verses") { Description = "Verses of each label; a third is held back. Default 1400.", DefaultValueFactory = _ => 1_400 };
var steps = new Option<int>("--steps") { Description = "Training steps. Default 800.", DefaultValueFactory = _ => 800 };
var train = new Command("train", "Make a small BERT classifier and teach it which book a verse is from (one thread).") { model, verses, books, perBook, steps, seed };
train.SetAction(parsed =>
{
    Prepare();
    var read = Read(parsed);
    NewClassifier.Write(parsed.GetRequiredValue(model), read, parsed.GetValue(seed));
    ClassifierTrainer.Train(parsed.GetRequiredValue(model), read, parsed.GetValue(steps), parsed.GetValue(seed), Console.WriteLine);
});

var noise = new Option<double>("--noise") { Description = "Share of the letters that are changed. Default 0.1.", DefaultValueFactory = _ => 0.1 };
var rate = new Option<double>("--rate") { Description = "Step size. Default: that of the settings.", DefaultValueFactory = _ => new TentOptions().LearningRate };
var batch = new Option<int>("--batch") { Description = "Texts of a step. Default: that of the settings.", DefaultValueFactory = _ => new TentOptions().BatchSize };
var stream = new Command("stream", "Accuracy over noisy verses: no adaptation, for each text, continual without and with the detector.") { model, verses, books, perBook, noise, rate, batch, seed };
stream.SetAction(parsed =>
{
    Prepare();
    TentOptions Options(string strategy, bool guarded) =>
        new() { Strategy = strategy, Guarded = guarded, LearningRate = parsed.GetValue(rate), BatchSize = parsed.GetValue(batch) };
    new StreamExperiment(parsed.GetRequiredValue(model), Read(parsed), parsed.GetValue(noise), parsed.GetValue(seed), Console.WriteLine).Run(
    [
        ("none", Options("none", guarded: true)),
        ("per request", Options("per-request", guarded: true)),
        ("continual, unwatched", Options("continual", guarded: false)),
        ("continual, with the detector", Options("continual", guarded: true)),
    ]);
});
return new RootCommand(
    """
    What adaptation of text models gives, on models of one's own.

    Examples:
      dotnet run -c Release --project tools/text-adaptation -- nearest kjv-gpt2 jargon.txt
      dotnet run -c Release --project tools/text-adaptation -- train books-bert verses.txt
      dotnet run -c Release --project tools/text-adaptation -- stream books-bert verses.txt --noise 0.1 --rate 1e-3
    """)
{ nearest, train, stream }.Parse(args).Invoke();

Verses Read(ParseResult parsed) =>
    Verses.Read(parsed.GetRequiredValue(verses), parsed.GetRequiredValue(books).Split(','), parsed.GetValue(perBook), parsed.GetValue(seed));

static Way ToWay(string text) => text.Split(',') is [var set, var examples, var count, var size, .. var rest]
    ? new Way(set, int.Parse(examples, CultureInfo.InvariantCulture), int.Parse(count, CultureInfo.InvariantCulture), double.Parse(size, CultureInfo.InvariantCulture), rest.Contains("random"), rest.Contains("kept"))
    : throw new FormatException($"A way must be PARAMETERS,EXAMPLES,STEPS,RATE. Given: '{text}'.");

static void Prepare()
{
    TorchRuntime.EnsureLoaded();
    set_num_threads(1); // the same sums in the same order, so that a seed gives the same figures
}
