using System.CommandLine;
using System.ComponentModel.DataAnnotations;
using Attune.Adaptation.Training;

namespace Attune.Cli.Training;

/// <summary>What is said of options that mean the same for speech and for text, in the words of either.</summary>
/// <param name="Targets">Default of <c>--lora-targets</c>.</param>
/// <param name="Fisher">Description of <c>--ewc</c>.</param>
/// <param name="Replay">Description of <c>--replay</c>.</param>
/// <param name="Ratio">Description of <c>--replay-ratio</c>.</param>
/// <param name="InitialRatio">Its default.</param>
/// <param name="OwnOption">Name of the option that replays the source model's own output.</param>
/// <param name="Own">Its description.</param>
internal sealed record FineTuningWords(
    IReadOnlyList<string> Targets, string Fisher, string Replay, string Ratio, double InitialRatio, string OwnOption, string Own);

/// <summary>What fine-tuning was told about what changes, and what keeps it from forgetting.</summary>
/// <param name="Options">Parameters, low-rank additions, pull.</param>
/// <param name="Adapter">Folder of additions to go on from; null for none.</param>
/// <param name="Fisher">File whose Fisher information weighs the pull; null for none.</param>
/// <param name="Replay">File mixed in; null for none.</param>
/// <param name="ReplayRatio">Of it to what is new.</param>
/// <param name="OwnOutput">Whether the source model's own output takes the place of the replayed file's.</param>
internal sealed record FineTuningChoice(FineTuningOptions Options, string? Adapter, string? Fisher, string? Replay, double ReplayRatio, bool OwnOutput);

/// <summary>Options of commands that fine-tune: what changes of the model, and what keeps it from forgetting.</summary>
internal sealed class FineTuningArguments
{
    private readonly Option<string> _parameters = ParameterSetOption.Create(
        "Parameters that training may change; the smaller the set, the less is learnt and forgotten.", new FineTuningOptions().Parameters);

    private readonly OptionSet<FineTuningOptions> _lora = new OptionSet<FineTuningOptions>()
        .Number<int>("--lora-rank", "R", nameof(FineTuningOptions.LoraRank), "Rank of low-rank additions (LoRA), trained in place of --parameters; 0 for none.")
        .Number<double>("--lora-alpha", "ALPHA", nameof(FineTuningOptions.LoraAlpha), "Scale of the additions, divided by the rank.");

    private readonly OptionSet<FineTuningOptions> _export = new OptionSet<FineTuningOptions>()
        .Choice<LoraExport>("--lora-export", nameof(FineTuningOptions.LoraExport), "Write a whole model with the additions merged in, or the additions alone, as PEFT does.");

    private readonly Option<string> _adapter = new("--adapter")
    {
        HelpName = "DIR",
        Description = "Go on from the additions in this folder, written by --lora-export adapter or by PEFT: rank, alpha and targets are theirs.",
    };

    private readonly OptionSet<FineTuningOptions> _pull = new OptionSet<FineTuningOptions>()
        .Number<double>("--pull", "STRENGTH", nameof(FineTuningOptions.PullStrength), "Pull of all changed parameters towards the source model (L2-SP); 0 for none.");

    private readonly FineTuningWords _words;
    private readonly Option<string> _targets, _fisher, _replay;
    private readonly Option<double> _ratio;
    private readonly Option<bool> _own;

    public FineTuningArguments(FineTuningWords words)
    {
        _words = words;
        _targets = new("--lora-targets")
        {
            HelpName = "NAMES",
            Description = "Linear layers with additions, separated by commas, by the last part of their names.",
            DefaultValueFactory = _ => string.Join(',', words.Targets),
        };
        _fisher = new("--ewc") { HelpName = "FILE", Description = words.Fisher };
        _replay = new("--replay") { HelpName = "FILE", Description = words.Replay };
        _ratio = NumberOption.Create<double>("--replay-ratio", "RATIO", new RangeAttribute(0.001, 1000.0), words.Ratio);
        _ratio.DefaultValueFactory = _ => words.InitialRatio;
        _own = new(words.OwnOption) { Description = words.Own };
    }

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(_parameters);
        _lora.AddTo(command);
        command.Add(_targets);
        _export.AddTo(command);
        command.Add(_adapter);
        _pull.AddTo(command);
        foreach (var option in new Option[] { _fisher, _replay, _ratio, _own }) command.Add(option);
    }

    /// <summary>Rules that values break together.</summary>
    public IEnumerable<string> Check(ParseResult parsed)
    {
        if (parsed.GetValue(_fisher) is not null && Options(parsed).PullStrength == 0) yield return "--ewc needs --pull above 0.";
        if (parsed.GetValue(_own) && parsed.GetValue(_replay) is null) yield return $"{_words.OwnOption} needs --replay.";
        if (parsed.GetValue(_adapter) is not null && Options(parsed).LoraRank > 0)
            yield return "--adapter has rank, alpha and targets of its own; leave --lora-rank out.";
        if (Options(parsed) is { LoraExport: LoraExport.Adapter, LoraRank: 0 } && parsed.GetValue(_adapter) is null)
            yield return "--lora-export adapter needs --lora-rank above 0, or --adapter.";
        if (Options(parsed).LoraTargets.Count == 0)
            yield return $"--lora-targets must name at least one layer. Given: '{parsed.GetValue(_targets)}'.";
    }

    /// <summary>Their values on a command line without errors.</summary>
    public FineTuningChoice Read(ParseResult parsed) => new(
        Options(parsed), parsed.GetValue(_adapter), parsed.GetValue(_fisher), parsed.GetValue(_replay), parsed.GetValue(_ratio), parsed.GetValue(_own));

    private FineTuningOptions Options(ParseResult parsed)
    {
        var options = new FineTuningOptions
        {
            Parameters = parsed.GetRequiredValue(_parameters),
            LoraTargets = parsed.GetRequiredValue(_targets).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
        };
        return _pull.Apply(parsed, _export.Apply(parsed, _lora.Apply(parsed, options)));
    }
}
