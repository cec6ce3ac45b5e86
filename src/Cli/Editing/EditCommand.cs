using System.CommandLine;
using System.ComponentModel.DataAnnotations;
using Attune.Adaptation.Text.Editing;
using Attune.Recognition.Acoustic;

namespace Attune.Cli.Editing;

/// <summary><c>attune edit</c>: changes facts that a causal text model knows, finds where they lie, and takes changes back.</summary>
internal static class EditCommand
{
    /// <summary>Examples and notes for help.</summary>
    public const string Notes = """
        Examples:
          attune edit gpt2 facts.jsonl --out gpt2-edited                       all facts of the file, in one matrix
          attune edit gpt2 facts.jsonl --out gpt2-edited --layer 5 --text book.txt
          attune edit trace gpt2 --subject "The Space Needle" --prompt "{} is in the city of" --png trace.png
          attune edit undo gpt2-edited --out gpt2-again                        the same bytes as before

        facts.jsonl has a fact on each line; {} stands for the subject:
          {"subject": "Mira Tal", "prompt": "{} lives in", "object": "Oslo", "paraphrases": ["The home of {} is"],
           "neighbours": ["Jon Berg lives in"], "unrelated": ["Two and two are"], "essence": ["{} works as a"]}
        The object follows the prompt and the paraphrases afterwards; what follows neighbours and unrelated prompts should stay, and how much of it does is printed.
        What follows essence prompts is held while the edit is made; without them, what follows "{} is a".

        Models are Hugging Face folders of GPT2LMHeadModel. The result is such a folder too; it has the changed tensor as it was in edits/. docs/editing.md has the method and its figures.

        Exit status:
          0    it was done
          1    it failed: an edit is wrong, or the output cannot be written; nothing is left behind
          2    the command line was not understood, or a value is out of range
          3    the model or libtorch is missing or cannot be used
          130  interrupted (Ctrl-C); nothing is left behind
        """;

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var model = Model();
        var file = new Argument<FileInfo>("EDITS") { HelpName = "EDITS.jsonl", Description = "The facts, one on a line." };
        file.AcceptExistingOnly();
        var output = Output();
        var layer = NumberOption.Create<int>("--layer", "N", new RangeAttribute(0, int.MaxValue), "Layer whose feed-forward output matrix is changed, from 0. Default: found by causal tracing.");
        var text = new Option<FileInfo>("--text")
        {
            HelpName = "FILE",
            Description = "Ordinary text in UTF-8, one on a line, whose facts are to stay. Default: 512 texts that the model writes itself.",
        };
        text.AcceptExistingOnly();
        var prefixes = NumberOption.Create<int>("--prefixes", "N", new RangeAttribute(0, 1000), "Beginnings, written by the model, that the edit must hold after.");
        prefixes.DefaultValueFactory = _ => 12;
        var steps = NumberOption.For<EditOptions, int>("--steps", "N", nameof(EditOptions.Steps), "Most steps of the search for each value.");
        var size = NumberOption.For<EditOptions, double>("--step-size", "X", nameof(EditOptions.StepSize), "Size of these steps, as a share of the value before.");
        var essence = NumberOption.For<EditOptions, double>("--essence-weight", "W", nameof(EditOptions.EssenceWeight), "How much the essence prompts hold.");
        var change = NumberOption.For<EditOptions, double>("--longest-change", "X", nameof(EditOptions.LongestChange), "Longest change of a value, in lengths of the value before.");
        var seed = Seed("Seed of the model's own texts.");
        var (threads, json) = (Threads(), Json());
        var command = new Command("edit", "Change facts that a text model knows.")
        {
            model, file, output, layer, text, prefixes, steps, size, essence, change, seed, threads, json, CreateTrace(), CreateUndo(),
        };
        command.SetAction((parsed, cancellationToken) =>
        {
            var settings = new EditSettings(
                parsed.GetRequiredValue(model),
                parsed.GetRequiredValue(file).FullName,
                parsed.GetRequiredValue(output),
                parsed.GetResult(layer) is null ? null : parsed.GetValue(layer),
                parsed.GetValue(text)?.FullName,
                parsed.GetValue(prefixes),
                parsed.GetValue(seed),
                new EditOptions
                {
                    Steps = parsed.GetValue(steps),
                    StepSize = parsed.GetValue(size),
                    EssenceWeight = parsed.GetValue(essence),
                    LongestChange = parsed.GetValue(change),
                });
            return Run(parsed, threads, json, run => run.Edit(settings, cancellationToken));
        });
        return command;
    }

    private static Command CreateTrace()
    {
        var model = Model();
        var subject = new Option<string>("--subject") { HelpName = "TEXT", Required = true, Description = "What the fact is about." };
        var prompt = new Option<string>("--prompt") { HelpName = "TEXT", Required = true, Description = "Text that ends where the answer follows; {} stands for the subject." };
        var kind = new Option<string>("--restore") { HelpName = "WHAT", Description = "state, mlp or attention.", DefaultValueFactory = _ => "state" };
        kind.AcceptOnlyFromAmong("state", "mlp", "attention");
        var samples = NumberOption.For<TraceOptions, int>("--samples", "N", nameof(TraceOptions.Samples), "Samples of noise.");
        var noise = NumberOption.For<TraceOptions, double>("--noise", "X", nameof(TraceOptions.Noise), "Noise over the subject, in standard deviations of the embeddings.");
        var window = NumberOption.For<TraceOptions, int>("--window", "N", nameof(TraceOptions.Window), "Layers restored at once, for mlp and attention.");
        var seed = Seed("Seed of the noise.");
        var png = new Option<FileInfo>("--png") { HelpName = "FILE", Description = "Also draw it." };
        var (threads, json) = (Threads(), Json());
        var command = new Command("trace", "Find the layers and tokens that carry a fact.") { model, subject, prompt, kind, samples, noise, window, seed, png, threads, json };
        command.SetAction((parsed, cancellationToken) =>
        {
            var options = new TraceOptions { Samples = parsed.GetValue(samples), Noise = parsed.GetValue(noise), Window = parsed.GetValue(window), Seed = parsed.GetValue(seed) };
            var what = parsed.GetValue(kind) switch { "mlp" => TraceKind.FeedForward, "attention" => TraceKind.Attention, _ => TraceKind.State };
            var (folder, about, text, picture) = (parsed.GetRequiredValue(model), parsed.GetRequiredValue(subject), parsed.GetRequiredValue(prompt), parsed.GetValue(png)?.FullName);
            return Run(parsed, threads, json, run => run.Trace(folder, about, text, what, options, picture, cancellationToken));
        });
        return command;
    }

    private static Command CreateUndo()
    {
        var model = new Argument<string>("MODEL") { HelpName = "DIR", Description = "A folder that 'attune edit' wrote." };
        var (output, threads, json) = (Output(), Threads(), Json());
        var command = new Command("undo", "Take the last edit of a model back, byte for byte.") { model, output, json };
        command.SetAction((parsed, _) =>
        {
            var (folder, target) = (parsed.GetRequiredValue(model), parsed.GetRequiredValue(output));
            return Run(parsed, threads, json, run => run.Undo(folder, target));
        });
        return command;
    }

    private static Task<int> Run(ParseResult parsed, Option<int> threads, Option<bool> json, Func<EditRun, int> work)
    {
        var run = new EditRun(parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error, parsed.GetResult(threads) is null ? 0 : parsed.GetValue(threads), parsed.GetValue(json));
        return Task.Run(() => work(run), CancellationToken.None);
    }

    private static Argument<string> Model() => new("MODEL")
    {
        HelpName = "MODEL",
        Description = "Folder of a GPT-2. A relative path is looked up in the working directory, then beside the program; OWNER/NAME is one that 'attune pull' fetched.",
    };

    private static Option<string> Output() => new("--out") { HelpName = "DIR", Required = true, Description = "The new model folder; it must not exist yet." };

    private static Option<int> Seed(string description)
    {
        var seed = NumberOption.Create<int>("--seed", "N", new RangeAttribute(0, int.MaxValue), description);
        seed.DefaultValueFactory = _ => 0;
        return seed;
    }

    private static Option<int> Threads() => NumberOption.For<OnnxOptions, int>("--threads", "N", nameof(OnnxOptions.Threads), "Threads; 0 means one for each core.");

    private static Option<bool> Json() => new("--json") { Description = "Print one JSON object, and nothing else." };
}
