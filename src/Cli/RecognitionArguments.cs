using System.CommandLine;
using Attune.Adaptation.Fast;
using Attune.Adaptation.Objectives;
using Attune.Recognition;

namespace Attune.Cli;

/// <summary>The options that every command has which recognises. Defaults and ranges are those of the options classes.</summary>
internal sealed class RecognitionArguments
{
    private const string None = "none";

    /// <summary>Folder of the model.</summary>
    public Option<string> Model { get; } = new("--model")
    {
        HelpName = "DIR",
        Description = "Folder of the model in Hugging Face layout (config.json, vocab.json, preprocessor_config.json, safetensors). "
            + "A relative path is looked up in the working directory, then beside the program.",
        DefaultValueFactory = _ => new RecognitionOptions().Model,
    };

    /// <summary>Whether to adapt.</summary>
    public Option<string> Adapt { get; } = new("--adapt")
    {
        HelpName = string.Join('|', [None, .. NamedObjectives.All]),
        Description = "Adaptation to each utterance: suta sharpens the model's own answer with a few gradient steps and forgets them "
            + "afterwards; sgem does the same by another measure, which goes by the language model if there is one; none takes the model as it is.",
        DefaultValueFactory = _ => new FastUpdateOptions().Objective,
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (text != None && !NamedObjectives.All.Contains(text)) result.AddError($"--adapt must be one of {None}, {NamedObjectives.Names}. Given: '{text}'.");
            return text;
        },
    };

    /// <summary>Gradient steps.</summary>
    public Option<int> Steps { get; } = NumberOption.For<FastUpdateOptions, int>(
        "--steps", "N", nameof(FastUpdateOptions.Steps), "Gradient steps on each utterance; 0 is the same as --adapt none.");

    /// <summary>What may change.</summary>
    public Option<string> Parameters { get; } = ParameterSetOption.Create(
        "Parameters that adaptation may change. Smaller sets are faster; top-K is the fastest.", new FastUpdateOptions().Parameters);

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(Model);
        command.Add(Adapt);
        command.Add(Steps);
        command.Add(Parameters);
    }

    /// <summary>Whether the command line asks for no adaptation at all.</summary>
    public bool IsAdaptationOff(ParseResult parsed) => parsed.GetValue(Adapt) == None || parsed.GetValue(Steps) == 0;

    /// <summary>What steps minimise; the default where there is no adaptation.</summary>
    public string ObjectiveOf(ParseResult parsed) => parsed.GetRequiredValue(Adapt) is not None and var objective ? objective : new FastUpdateOptions().Objective;
}
