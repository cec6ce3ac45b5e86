using System.CommandLine;
using System.ComponentModel.DataAnnotations;
using Attune.Adaptation.Training;

namespace Attune.Cli.Training;

/// <summary>Options of <c>attune finetune</c> alone: the model, what changes of it, and what keeps it from forgetting.</summary>
internal sealed class FineTuningArguments
{
    private readonly Option<string> _model = ModelOption.Create("Folder of the model to start from, in Hugging Face layout.");

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

    private readonly Option<string> _targets = new("--lora-targets")
    {
        HelpName = "NAMES",
        Description = "Linear layers with additions, separated by commas, by the last part of their names.",
        DefaultValueFactory = _ => string.Join(',', new FineTuningOptions().LoraTargets),
    };

    private readonly Option<string> _fisher = new("--ewc")
    {
        HelpName = "FILE",
        Description = "Manifest of the source's domain: the pull then weighs each parameter by its Fisher information there (elastic weight "
            + "consolidation). Needs --pull.",
    };

    private readonly Option<string> _replay = new("--replay")
    {
        HelpName = "FILE",
        Description = "Manifest of the source's domain, mixed in while training (experience replay).",
    };

    private readonly Option<double> _ratio = NumberOption.Create<double>(
        "--replay-ratio", "RATIO", new RangeAttribute(0.001, 1000.0), "Replayed utterances for each new one.");

    private readonly Option<bool> _sourceTranscripts = new("--source-transcripts")
    {
        Description = "Replay what the source model itself hears in the recordings, so that they need no text (learning without forgetting).",
    };

    public FineTuningArguments() => _ratio.DefaultValueFactory = _ => 0.5;

    /// <summary>The model comes first.</summary>
    public void AddModelTo(Command command) => command.Add(_model);

    /// <summary>Adds the others to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(_parameters);
        _lora.AddTo(command);
        command.Add(_targets);
        _export.AddTo(command);
        command.Add(_adapter);
        _pull.AddTo(command);
        foreach (var option in new Option[] { _fisher, _replay, _ratio, _sourceTranscripts }) command.Add(option);
    }

    /// <summary>Rules that values break together.</summary>
    public IEnumerable<string> Check(ParseResult parsed)
    {
        if (parsed.GetValue(_fisher) is not null && Options(parsed).PullStrength == 0) yield return "--ewc needs --pull above 0.";
        if (parsed.GetValue(_sourceTranscripts) && parsed.GetValue(_replay) is null) yield return "--source-transcripts needs --replay.";
        if (parsed.GetValue(_adapter) is not null && Options(parsed).LoraRank > 0)
            yield return "--adapter has rank, alpha and targets of its own; leave --lora-rank out.";
        if (Options(parsed) is { LoraExport: LoraExport.Adapter, LoraRank: 0 } && parsed.GetValue(_adapter) is null)
            yield return "--lora-export adapter needs --lora-rank above 0, or --adapter.";
        if (Options(parsed).LoraTargets.Count == 0)
            yield return $"--lora-targets must name at least one layer. Given: '{parsed.GetValue(_targets)}'.";
    }

    /// <summary>Adds their values to those that <c>train</c> has too.</summary>
    public TrainingSettings Read(ParseResult parsed, TrainingSettings settings) => settings with
    {
        Model = ModelOption.Resolve(parsed.GetRequiredValue(_model)),
        FineTuning = Options(parsed),
        Adapter = parsed.GetValue(_adapter),
        Fisher = parsed.GetValue(_fisher),
        Replay = parsed.GetValue(_replay),
        ReplayRatio = parsed.GetValue(_ratio),
        SourceTranscripts = parsed.GetValue(_sourceTranscripts),
    };

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
