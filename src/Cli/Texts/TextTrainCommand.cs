using System.CommandLine;
using System.ComponentModel.DataAnnotations;
using Attune.Adaptation.Text.Training;

namespace Attune.Cli.Texts;

/// <summary><c>attune text train</c>: a small GPT-2 from text.</summary>
internal static class TextTrainCommand
{
    /// <summary>Examples and notes for help.</summary>
    public const string Notes = """
        Examples:
          attune text train book.txt letters.txt --out my-gpt2 --steps 2000
          attune text generate --model my-gpt2 "In the beginning" --temperature 0.8

        A tokenizer is made of the texts first, and the model starts from random weights. Each file is a document, whose end is held back: what the folder has
        in the end are the weights that needed the fewest bits for a byte of it. Interrupted, the same command resumes from its checkpoint.
        DIR/training/learning-curve.csv and .png show its course. 'attune text finetune' goes on from a model.


        """ + ExitCode.TrainingHelp;

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var texts = new Argument<FileInfo[]>("TEXT") { Arity = ArgumentArity.OneOrMore, Description = "Files of text, in UTF-8." };
        var merges = Count("--merges", 1_000, 0, 100_000, "Most merges of a new tokenizer; it has 257 tokens more.");
        var layers = Count("--layers", 4, 1, 64, "Layers of a new model.");
        var hidden = Count("--hidden", 128, 1, 4_096, "Width of a new model, a multiple of the heads.");
        var heads = Count("--heads", 4, 1, 64, "Attention heads of a new model.");
        var context = Count("--context", 256, 2, 65_536, "Most tokens that a new model reads at once.");
        var heldBack = NumberOption.Create<double>("--held-back", "SHARE", new RangeAttribute(0.001, 0.9), "Share of each text that is held back.");
        heldBack.DefaultValueFactory = _ => 0.05;
        var arguments = new CausalTrainingArguments();
        var command = new Command("train", "Train a new GPT-2 from text.") { texts };
        arguments.AddTo(command);
        foreach (var option in new Option[] { merges, layers, hidden, heads, context, heldBack }) command.Add(option);
        command.SetAction((parsed, cancellationToken) =>
        {
            var settings = new TextTrainSettings(
                [.. parsed.GetRequiredValue(texts).Select(file => file.FullName)],
                parsed.GetValue(merges),
                new CausalShape(parsed.GetValue(layers), parsed.GetValue(hidden), parsed.GetValue(heads), parsed.GetValue(context)),
                parsed.GetValue(heldBack));
            var common = arguments.Read(parsed);
            var training = new CausalTraining(common, parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error, TimeProvider.System);
            return Task.FromResult(new TextTrainRun(settings, common, training).Run(cancellationToken));
        });
        return command;
    }

    private static Option<int> Count(string name, int initial, int least, int most, string description)
    {
        var option = NumberOption.Create<int>(name, "N", new RangeAttribute(least, most), description);
        option.DefaultValueFactory = _ => initial;
        return option;
    }
}
