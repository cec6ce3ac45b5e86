using System.CommandLine;
using System.ComponentModel.DataAnnotations;
using Attune.Adaptation.Text.Training;
using Attune.Adaptation.Training;
using Attune.Cli.Training;

namespace Attune.Cli.Texts;

/// <summary>The options that <c>attune text train</c> and <c>attune text finetune</c> share.</summary>
internal sealed class CausalTrainingArguments
{
    private readonly Option<string> _output = new("--out")
    {
        HelpName = "DIR",
        Description = "Folder of the model to write; DIR/training has the checkpoint that the same command resumes from, and the learning curve.",
        Required = true,
    };

    private readonly Option<string> _license = new("--license") { HelpName = "SPDX", Description = "Licence of the result, for the model's card, such as apache-2.0." };

    private readonly Option<int> _window = NumberOption.Create<int>(
        "--window", "TOKENS", new RangeAttribute(2, 65_536), "Tokens of a window of text; the model's context if that is shorter.");

    private readonly OptionSet<CausalTrainingOptions> _training = new OptionSet<CausalTrainingOptions>()
        .Number<int>("--steps", "N", nameof(CausalTrainingOptions.Steps), "Optimizer steps.")
        .Number<int>("--batch", "N", nameof(CausalTrainingOptions.BatchSize), "Windows, answers or preferences of one step.")
        .Number<int>("--validate-every", "STEPS", nameof(CausalTrainingOptions.ValidationInterval), "Steps between two validations.")
        .Number<int>("--threads", "N", nameof(CausalTrainingOptions.Threads), "Threads of libtorch; 0 for one per processor.")
        .Number<int>("--seed", "N", nameof(CausalTrainingOptions.Seed), "Decides initial weights and what is read when.");

    private readonly OptionSet<OptimizerOptions> _optimizer = new OptionSet<OptimizerOptions>()
        .Choice<MatrixOptimizer>("--optimizer", nameof(OptimizerOptions.Matrices), "What moves weight matrices. Muon learns a new model in fewer steps.")
        .Number<double>("--learning-rate", "RATE", nameof(OptimizerOptions.LearningRate), "Highest step size.")
        .Number<int>("--warmup", "STEPS", nameof(OptimizerOptions.WarmUpSteps), "Steps in which the rate rises to its highest.")
        .Number<double>("--weight-decay", "SHARE", nameof(OptimizerOptions.WeightDecay), "Share of itself, times the rate, that a matrix loses with each step.");

    public CausalTrainingArguments() => _window.DefaultValueFactory = _ => 128;

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(_output);
        _training.AddTo(command);
        command.Add(_window);
        _optimizer.AddTo(command);
        command.Add(_license);
    }

    /// <summary>Their values on a command line without errors.</summary>
    public CausalTrainingSettings Read(ParseResult parsed)
    {
        var options = _training.Apply(parsed, new CausalTrainingOptions());
        _optimizer.Apply(parsed, options.Optimizer);
        return new CausalTrainingSettings
        {
            Output = parsed.GetRequiredValue(_output),
            WindowTokens = parsed.GetValue(_window),
            License = parsed.GetValue(_license),
            Command = TrainingArguments.CommandLine(parsed),
            Options = options,
        };
    }
}
