using System.CommandLine;
using System.ComponentModel.DataAnnotations;
using Attune.Adaptation.Text.Training;
using Attune.Adaptation.Training;
using Attune.Cli.Training;

namespace Attune.Cli.Texts;

/// <summary><c>attune text train</c>: a small GPT-2 from text.</summary>
internal static class TextTrainCommand
{
    /// <summary>Examples and notes for help.</summary>
    public const string Notes = """
        Examples:
          attune text train book.txt letters.txt --out my-gpt2 --steps 2000
          attune text train orders.txt --model my-gpt2 --out orders-gpt2 --steps 200 --learning-rate 1e-4
          attune text generate --model my-gpt2 "In the beginning" --temperature 0.8

        Without --model a tokenizer is made of the texts first, and the model starts from random weights. Each file is a document, whose end is held back: what
        the folder has in the end are the weights that needed the fewest bits for a byte of it. Interrupted, the same command resumes from its checkpoint.


        """ + ExitCode.TrainingHelp;

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var texts = new Argument<FileInfo[]>("TEXT") { Arity = ArgumentArity.OneOrMore, Description = "Files of text, in UTF-8." };
        var output = new Option<string>("--out") { HelpName = "DIR", Description = "Folder of the model to write.", Required = true };
        var model = new Option<string>("--model") { HelpName = "DIR", Description = "Model to go on from, in place of a new one." };
        var merges = Count("--merges", 1_000, 0, 100_000, "Most merges of a new tokenizer; it has 257 tokens more.");
        var layers = Count("--layers", 4, 1, 64, "Layers of a new model.");
        var hidden = Count("--hidden", 128, 1, 4_096, "Width of a new model, a multiple of the heads.");
        var heads = Count("--heads", 4, 1, 64, "Attention heads of a new model.");
        var context = Count("--context", 256, 2, 65_536, "Most tokens that a new model reads at once.");
        var heldBack = NumberOption.Create<double>("--held-back", "SHARE", new RangeAttribute(0.001, 0.9), "Share of each text that is held back.");
        heldBack.DefaultValueFactory = _ => 0.05;
        var training = new OptionSet<CausalTrainingOptions>()
            .Number<int>("--steps", "N", nameof(CausalTrainingOptions.Steps), "Optimizer steps.")
            .Number<int>("--batch", "N", nameof(CausalTrainingOptions.BatchSize), "Windows of one step.")
            .Number<int>("--window", "TOKENS", nameof(CausalTrainingOptions.WindowTokens), "Tokens of a window; the model's context if that is shorter.")
            .Number<int>("--validate-every", "STEPS", nameof(CausalTrainingOptions.ValidationInterval), "Steps between two validations.")
            .Number<int>("--threads", "N", nameof(CausalTrainingOptions.Threads), "Threads of libtorch; 0 for one per processor.")
            .Number<int>("--seed", "N", nameof(CausalTrainingOptions.Seed), "Decides initial weights and what is read when.");
        var optimizer = new OptionSet<OptimizerOptions>()
            .Choice<MatrixOptimizer>("--optimizer", nameof(OptimizerOptions.Matrices), "What moves weight matrices. Muon learns a new model in fewer steps.")
            .Number<double>("--learning-rate", "RATE", nameof(OptimizerOptions.LearningRate), "Highest step size.")
            .Number<int>("--warmup", "STEPS", nameof(OptimizerOptions.WarmUpSteps), "Steps in which the rate rises to its highest.")
            .Number<double>("--weight-decay", "SHARE", nameof(OptimizerOptions.WeightDecay), "Share of itself, times the rate, that a matrix loses with each step.");
        var command = new Command("train", "Train a GPT-2 from text.") { texts, output, model, merges, layers, hidden, heads, context, heldBack };
        training.AddTo(command);
        optimizer.AddTo(command);
        command.SetAction((parsed, cancellationToken) =>
        {
            var options = training.Apply(parsed, new CausalTrainingOptions());
            optimizer.Apply(parsed, options.Optimizer);
            var settings = new TextTrainSettings
            {
                Texts = [.. parsed.GetRequiredValue(texts).Select(file => file.FullName)],
                Output = parsed.GetRequiredValue(output),
                Model = parsed.GetValue(model),
                Merges = parsed.GetValue(merges),
                Shape = new CausalShape(parsed.GetValue(layers), parsed.GetValue(hidden), parsed.GetValue(heads), parsed.GetValue(context)),
                HeldBack = parsed.GetValue(heldBack),
                Options = options,
            };
            var run = new TextTrainRun(settings, parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error, TimeProvider.System);
            return Task.FromResult(run.Run(cancellationToken));
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
