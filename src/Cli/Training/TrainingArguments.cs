using System.CommandLine;
using System.ComponentModel.DataAnnotations;

namespace Attune.Cli.Training;

/// <summary>The options that <c>train</c> and <c>finetune</c> share.</summary>
internal sealed class TrainingArguments
{
    private readonly Option<WeightedManifest[]> _manifests = new("--manifest")
    {
        HelpName = "FILE[*WEIGHT]",
        Description = "What to train on: JSON lines with audio_filepath, duration and text, as NeMo writes them. A weight of 2 has every "
            + "utterance twice in an epoch, 0.5 has half of them. May be repeated.",
        Required = true,
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = true,
        CustomParser = result => [.. result.Tokens.Select(token => WeightedManifest.Parse(token.Value, result))],
    };

    private readonly Option<string[]> _validation = new("--validation")
    {
        HelpName = "FILE",
        Description = "Manifests to measure error rates on. The first decides which weights are the best. May be repeated.",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<string> _guard = new("--guard")
    {
        HelpName = "FILE",
        Description = "Manifest of what must not be forgotten: its error rates are reported at each validation as 'guard' and decide nothing. "
            + "Needs --validation.",
    };

    private readonly Option<string> _output = new("--out")
    {
        HelpName = "DIR",
        Description = "Folder to write: the best model with its card, and in DIR/training the checkpoint, the learning curve and the last model. "
            + "If it has a checkpoint, training resumes from it.",
        Required = true,
    };

    private readonly Option<bool> _restart = new("--restart") { Description = "Start over: the checkpoint in DIR is deleted." };

    private readonly Option<double> _batch = Number(
        "--batch-seconds", new RangeAttribute(1.0, 36_000.0), 64, "Most audio that a batch has, padding included.");

    private readonly Option<double> _longest = Number(
        "--max-seconds", new RangeAttribute(1.0, 120.0), 20, "Longer recordings are left out.");

    private readonly Option<bool> _skip = new("--skip-invalid")
    {
        Description = "Leave out lines that cannot be trained on rather than refuse the manifest.",
    };

    private readonly Option<string> _language = new("--language") { HelpName = "CODE", Description = "Language, for the model's card, such as en." };

    private readonly Option<string> _license = new("--license")
    {
        HelpName = "SPDX",
        Description = "Licence of the result, for the model's card, such as apache-2.0.",
    };

    private readonly OptimizationArguments _optimization = new();
    private readonly AugmentationArguments _augmentation = new();

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _manifests, _validation, _guard, _output, _restart, _skip, _longest, _batch }) command.Add(option);
        _optimization.AddTo(command);
        _augmentation.AddTo(command);
        command.Add(_language);
        command.Add(_license);
    }

    /// <summary>Rules that values break together.</summary>
    public IEnumerable<string> Check(ParseResult parsed)
    {
        if (parsed.GetValue(_guard) is not null && parsed.GetValue(_validation) is not { Length: > 0 })
            yield return "--guard needs --validation, which decides which weights are the best.";
        foreach (var problem in _augmentation.Check(parsed)) yield return problem;
    }

    /// <summary>Their values on a command line without errors.</summary>
    public TrainingSettings Read(ParseResult parsed) => new()
    {
        Manifests = parsed.GetRequiredValue(_manifests),
        Validation = parsed.GetValue(_validation) ?? [],
        Guard = parsed.GetValue(_guard),
        Noise = _augmentation.Noise(parsed),
        Output = parsed.GetRequiredValue(_output),
        Restart = parsed.GetValue(_restart),
        SkipInvalid = parsed.GetValue(_skip),
        Longest = TimeSpan.FromSeconds(parsed.GetValue(_longest)),
        BatchDuration = TimeSpan.FromSeconds(parsed.GetValue(_batch)),
        Options = _optimization.Read(parsed),
        Augmentation = _augmentation.Read(parsed),
        Language = parsed.GetValue(_language),
        License = parsed.GetValue(_license),
        Command = CommandLine(parsed),
    };

    /// <summary>The command line, for the card.</summary>
    public static string CommandLine(ParseResult parsed) =>
        "attune " + string.Join(' ', parsed.Tokens.Select(token => token.Value.Contains(' ') ? $"\"{token.Value}\"" : token.Value));

    private static Option<double> Number(string name, RangeAttribute range, double initial, string description)
    {
        var option = NumberOption.Create<double>(name, "S", range, description);
        option.DefaultValueFactory = _ => initial;
        return option;
    }
}
