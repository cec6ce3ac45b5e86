using System.CommandLine;
using System.ComponentModel.DataAnnotations;
using Attune.Cli.Training;

namespace Attune.Cli.Texts;

/// <summary><c>attune text finetune</c>: a GPT-2 that goes on learning from text, answers or preferences.</summary>
internal static class TextFineTuneCommand
{
    /// <summary>Examples and notes for help.</summary>
    public const string Notes = """
        Examples:
          attune text finetune orders.txt --model my-gpt2 --out orders-gpt2 --steps 200 --learning-rate 1e-4
          attune text finetune answers.jsonl --model my-gpt2 --out m --guard old.txt --own-texts 500
          attune text finetune answers.jsonl --model my-gpt2 --out m --replay other-prompts.jsonl --own-answers --validation held-out.jsonl
          attune text finetune preferences.jsonl --model my-gpt2 --out m --beta 0.1 --lora-rank 8 --lora-export adapter

        What is learnt: a name that ends in .jsonl has JSON lines, with prompt and completion (the completion is learnt, the prompt given) or with prompt, chosen
        and rejected (direct preference optimization, arXiv 2305.18290); any other is plain text. --validation, --guard, --replay and --ewc take text or
        completions too. Prompt and completion are read as they stand, one behind the other: begin a completion with its space.

        Against forgetting: a small --parameters set; LoRA (arXiv 2106.09685); --pull alone is L2-SP (arXiv 1802.01483), with --ewc elastic weight consolidation
        (arXiv 1612.00796); --replay (arXiv 1811.11682), with --own-answers learning without forgetting (arXiv 1606.09282); --own-texts needs no data at all.
        --guard shows what they do.

        Interrupted, the same command resumes from its checkpoint. DIR/training/learning-curve.csv and .png show its course. Without --validation the last
        weights are what DIR has in the end, with it those that did best there.


        """ + ExitCode.TrainingHelp;

    private static readonly FineTuningWords Words = new(
        ["c_attn"],
        "Text or completions that the source knows: the pull then weighs each parameter by its Fisher information there (elastic weight consolidation). Needs --pull.",
        "Text or completions that the source knows, mixed in while training (experience replay).",
        "Replayed examples for each new one, and the weight of their loss.",
        1,
        "--own-answers",
        "Replay what the source model itself answers to the prompts of --replay, so that they need no completions (learning without forgetting).");

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var data = new Argument<string>("FILE") { Description = "What is learnt: text in UTF-8, or JSON lines (.jsonl)." };
        var model = new Option<string>("--model") { HelpName = "DIR", Description = "Folder of the model to start from.", Required = true };
        var validation = new Option<string>("--validation") { HelpName = "FILE", Description = "What decides which weights are the best, of the same kind." };
        var guard = new Option<string>("--guard") { HelpName = "FILE", Description = "What must not be forgotten: bits per byte and divergence from the source are reported and decide nothing." };
        var ownTexts = NumberOption.Create<int>("--own-texts", "N", new RangeAttribute(0, 1_000_000), "Replay so many texts that the source model writes by itself first.");
        var beta = NumberOption.Create<double>("--beta", "BETA", new RangeAttribute(1e-4, 100.0), "Of preferences: the higher, the nearer the model stays to the source.");
        beta.DefaultValueFactory = _ => 0.1;
        var skip = new Option<bool>("--skip-invalid") { Description = "Leave out lines that cannot be trained on rather than refuse the file." };
        var arguments = new CausalTrainingArguments();
        var fineTuning = new FineTuningArguments(Words);
        var command = new Command("finetune", "Fine-tune a GPT-2 on text, answers or preferences.") { data, model };
        arguments.AddTo(command);
        foreach (var option in new Option[] { validation, guard, ownTexts, beta, skip }) command.Add(option);
        fineTuning.AddTo(command);
        command.SetAction((parsed, cancellationToken) =>
        {
            var problems = fineTuning.Check(parsed).ToList();
            if (problems.Count > 0)
            {
                foreach (var problem in problems) parsed.InvocationConfiguration.Error.WriteLine($"attune: {problem}");
                return Task.FromResult(ExitCode.Usage);
            }

            var settings = new TextFineTuneSettings(
                parsed.GetRequiredValue(data), parsed.GetRequiredValue(model), parsed.GetValue(validation), parsed.GetValue(guard), parsed.GetValue(ownTexts), parsed.GetValue(beta), parsed.GetValue(skip), fineTuning.Read(parsed));
            var common = arguments.Read(parsed);
            var training = new CausalTraining(common, parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error, TimeProvider.System);
            return Task.FromResult(new TextFineTuneRun(settings, common, training).Run(cancellationToken));
        });
        return command;
    }
}
