using System.CommandLine;
using System.ComponentModel.DataAnnotations;
using Attune.Adaptation;
using Attune.Adaptation.Fast;
using Attune.Cli.Training;
using Attune.Recognition;
using Attune.Recognition.Acoustic;

namespace Attune.Cli.Evaluation;

/// <summary>Options of <c>attune eval</c>.</summary>
internal sealed class EvalArguments
{
    private readonly Option<string> _manifest = new("--manifest")
    {
        HelpName = "FILE",
        Description = "What to recognise: JSON lines with audio_filepath (relative to the manifest), text and, if known, speaker.",
        Required = true,
    };

    private readonly Option<NoiseArgument[]> _noises = new("--noise")
    {
        HelpName = "FILE@SNR",
        Description = $"Noise to mix in: {NoiseArgument.Rule}. A folder stands for each of its audio files. May be repeated; without any, speech is clean.",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = true,
        CustomParser = result => [.. result.Tokens.Select(token => NoiseArgument.Parse(token.Value, result))],
    };

    private readonly Option<string[]> _scenarios = new("--scenario")
    {
        HelpName = "FILE|NAME",
        Description = "How noises follow each other: a YAML file, or one that ships. May be repeated; without any, each noise is a stream of its own.",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<IReadOnlyList<StrategyArgument>> _strategies = new("--strategies")
    {
        HelpName = "LIST",
        Description = $"What to compare, separated by commas: {StrategyKind.Names}. Each may have settings of its own: suta:steps=5:rate=1e-4:parameters=top-1.",
        Required = true,
        CustomParser = result => StrategyArgument.ParseList(result.Tokens[0].Value, result),
    };

    private readonly Option<string> _model = new("--model")
    {
        HelpName = "DIR",
        Description = "Folder of the model in Hugging Face layout. A relative path is looked up in the working directory, then beside the program.",
        DefaultValueFactory = _ => new RecognitionOptions().Model,
    };

    private readonly DecodingArguments _decoding = new();
    private readonly Option<string> _parameters = ParameterSetOption.Create("Parameters that adaptation may change.", new FastUpdateOptions().Parameters);
    private readonly Option<int> _limit = NumberOption.Create<int>("--limit", "N", new RangeAttribute(1, int.MaxValue), "Most utterances of each stream.");
    private readonly Option<double> _longest = NumberOption.Create<double>("--max-seconds", "S", new RangeAttribute(1.0, 120.0), "Longer recordings are left out.");
    private readonly Option<bool> _skip = new("--skip-invalid") { Description = "Leave out lines that cannot be used rather than refuse the manifest." };
    private readonly Option<int> _seed = NumberOption.Create<int>("--seed", "N", new RangeAttribute(0, int.MaxValue), "Decides streams, noises and intervals.");
    private readonly Option<int> _draws = NumberOption.Create<int>("--bootstrap", "N", new RangeAttribute(100, 1_000_000), "Bootstrap samples of an interval.");
    private readonly Option<int> _worst = NumberOption.Create<int>("--worst", "N", new RangeAttribute(0, 1000), "Worst utterances listed for each result.");
    private readonly Option<string> _json = Output("--json", "Write the report for programs.");
    private readonly Option<string> _markdown = Output("--markdown", "Write the report for people as Markdown.");
    private readonly Option<string> _html = Output("--html", "Write the report for people as one page with pictures in it.");
    private readonly Option<string> _pictures = new("--pictures") { HelpName = "DIR", Description = "Write the pictures as PNG." };
    private readonly Option<bool> _scorecard = new("--scorecard")
    {
        Description = "Hold one recording in five out of the streams, to ask afterwards what was learnt (reliability, generality, locality).",
    };

    private readonly Option<string> _journal = Output("--journal", "Keep the journal here, and take from it what it has. Default: beside the first output, deleted at the end.");
    private readonly Option<bool> _restart = new("--restart") { Description = "Start over: the journal is deleted." };
    private readonly Option<bool> _repeatUpdates = new("--repeat-updates")
    {
        Description = "Update feature-extractor tensors several times a step, as the published code of SUTA does by accident.",
    };

    private readonly OptionSet<FastUpdateOptions> _precision = new OptionSet<FastUpdateOptions>()
        .Choice<ComputePrecision>("--precision", nameof(FastUpdateOptions.Precision), "Type in which steps multiply; auto is bfloat16 where the processor is faster with it.");

    private readonly Option<double> _learningRate = NumberOption.For<FastUpdateOptions, double>(
        "--learning-rate", "RATE", nameof(FastUpdateOptions.LearningRate), "Step size of adaptation's optimizer, AdamW.");

    private readonly Option<int> _threads = NumberOption.For<OnnxOptions, int>(
        "--threads", "N", nameof(OnnxOptions.Threads), "Threads; 0 means one for each core, and at most 2 for adaptation. Results are the same for the same number only.");

    public EvalArguments()
    {
        _longest.DefaultValueFactory = _ => 20;
        _seed.DefaultValueFactory = _ => 1;
        _draws.DefaultValueFactory = _ => 10_000;
        _worst.DefaultValueFactory = _ => 3;
    }

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        Option[] options =
        [
            _manifest, _noises, _scenarios, _strategies, _model, _parameters, _learningRate, _repeatUpdates, _limit, _longest, _skip, _seed, _draws,
            _worst, _scorecard, _threads, _json, _markdown, _html, _pictures, _journal, _restart,
        ];
        foreach (var option in options) command.Add(option);
        _precision.AddTo(command);
        _decoding.AddShared(command);
    }

    /// <summary>Their values on a command line without errors.</summary>
    public EvalSettings Read(ParseResult parsed) => new()
    {
        Manifest = parsed.GetRequiredValue(_manifest),
        Noises = parsed.GetValue(_noises) ?? [],
        Scenarios = parsed.GetValue(_scenarios) ?? [],
        Strategies = parsed.GetRequiredValue(_strategies),
        Model = parsed.GetRequiredValue(_model),
        Fast = _precision.Apply(parsed, new FastUpdateOptions
        {
            LearningRate = parsed.GetValue(_learningRate),
            Parameters = parsed.GetRequiredValue(_parameters),
            RepeatUpdatesPerEnclosingModule = parsed.GetValue(_repeatUpdates),
        }),
        Decoding = _decoding.ReadOptions(parsed),
        Hotwords = _decoding.ReadHotwords(parsed),
        Seed = parsed.GetValue(_seed),
        Limit = parsed.GetResult(_limit) is null ? null : parsed.GetValue(_limit),
        Longest = TimeSpan.FromSeconds(parsed.GetValue(_longest)),
        SkipInvalid = parsed.GetValue(_skip),
        Threads = parsed.GetValue(_threads),
        Draws = parsed.GetValue(_draws),
        Worst = parsed.GetValue(_worst),
        Json = parsed.GetValue(_json),
        Markdown = parsed.GetValue(_markdown),
        Html = parsed.GetValue(_html),
        Pictures = parsed.GetValue(_pictures),
        Scorecard = parsed.GetValue(_scorecard),
        Journal = parsed.GetValue(_journal),
        Restart = parsed.GetValue(_restart),
        Command = "attune " + string.Join(' ', parsed.Tokens.Select(token => token.Value.Contains(' ') ? $"\"{token.Value}\"" : token.Value)),
    };

    private static Option<string> Output(string name, string description) => new(name) { HelpName = "FILE", Description = description };
}
