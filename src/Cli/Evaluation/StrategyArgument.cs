using System.CommandLine.Parsing;
using System.Globalization;
using Attune.Adaptation.Fast;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Decoding;

namespace Attune.Cli.Evaluation;

/// <summary>A strategy as it is written: <c>suta</c>, or with settings of its own <c>suta:steps=5:rate=1e-4:parameters=top-1</c>.</summary>
/// <param name="Label">As written; names it in results.</param>
/// <param name="Kind">What it does.</param>
internal sealed record StrategyArgument(string Label, StrategyKind Kind)
{
    /// <summary>Settings that a strategy may have of its own, for help and error messages.</summary>
    public const string Settings = "steps=N, rate=RATE, parameters=SET, every=M (utterances of a slow update), window=K (of the dynamic reset), neighbours=N (earlier utterances that join the steps on one), guards=on (gate and collapse checks, as a server has them), beam=N, lm=WEIGHT, bonus=B, temperature=T, hotwords=on (how finals are searched for)";

    private static readonly string[] DecodingSettings = ["beam", "lm", "bonus", "temperature", "hotwords"];

    /// <summary>Without a language model, unless a setting gives it a weight.</summary>
    private static readonly DecodingRequest PlainSearch = new() { LanguageModelWeight = 0 };

    /// <summary>Gradient steps; null for the strategy's own.</summary>
    public int? Steps { get; init; }

    /// <summary>Learning rate; null for the command's.</summary>
    public double? LearningRate { get; init; }

    /// <summary>Parameter set; null for the command's.</summary>
    public string? Parameters { get; init; }

    /// <summary>M: utterances of a slow update; null for the published number.</summary>
    public int? UtterancesPerUpdate { get; init; }

    /// <summary>K: window of the dynamic reset; null for the published number.</summary>
    public int? ResetWindow { get; init; }

    /// <summary>Earlier utterances that join each fast update. Default 0.</summary>
    public int Neighbours { get; init; }

    /// <summary>Whether nothing of one utterance reaches the next, so that a stream may be resumed in its middle.</summary>
    public bool IsStateless => Kind.IsStateless && Neighbours == 0;

    /// <summary>Whether candidates pass the gate and outputs are watched for collapse, as where it serves. Default false, as published.</summary>
    public bool IsGuarded { get; init; }

    /// <summary>How finals are searched for, but for the hotwords; null for the best path.</summary>
    public DecodingRequest? Decoding { get; init; }

    /// <summary>Whether the command's hotwords are boosted. Default false.</summary>
    public bool HasHotwords { get; init; }

    /// <summary>Label of the same strategy with the best path.</summary>
    public string PlainLabel => string.Join(':', Label.Split(':').Where(part => !DecodingSettings.Any(name => part.StartsWith(name + "=", StringComparison.Ordinal))));

    /// <summary>The strategy's parameter set: its own setting, what its kind is known for, or the command's.</summary>
    public string ParametersOr(string command) => Parameters ?? Kind.Parameters ?? command;

    /// <summary>Reads a list separated by commas; what is wrong becomes an error of the command line.</summary>
    public static IReadOnlyList<StrategyArgument> ParseList(string text, SymbolResult result)
    {
        var strategies = new List<StrategyArgument>();
        foreach (var label in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            try
            {
                strategies.Add(Parse(label));
            }
            catch (FormatException exception)
            {
                result.AddError(exception.Message);
            }
        }

        if (strategies.Count == 0) result.AddError($"--strategies must name at least one of {StrategyKind.Names}. Given: '{text}'.");
        return [.. strategies.DistinctBy(strategy => strategy.Label)];
    }

    private static StrategyArgument Parse(string label)
    {
        var parts = label.Split(':');
        var kind = StrategyKind.All.FirstOrDefault(kind => kind.Name == parts[0])
            ?? throw new FormatException($"A strategy must be one of {StrategyKind.Names}. Given: '{parts[0]}'.");
        return parts.Skip(1).Aggregate(new StrategyArgument(label, kind), (strategy, setting) => strategy.With(setting));
    }

    private StrategyArgument With(string setting)
    {
        var equals = setting.IndexOf('=', StringComparison.Ordinal);
        var value = setting[(equals + 1)..];
        return (equals < 0 ? "" : setting[..equals]) switch
        {
            "steps" when Number(value) is <= FastUpdateOptions.MaxSteps and var steps => this with { Steps = steps },
            "every" when Number(value) is >= 1 and <= 100 and var utterances => this with { UtterancesPerUpdate = utterances },
            "window" when Number(value) is >= 6 and <= 10_000 and var window => this with { ResetWindow = window },
            "neighbours" when Number(value) is <= FastUpdateOptions.MaxNeighbours and var neighbours => this with { Neighbours = neighbours },
            "rate" when double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var rate) && rate is > 0 and <= 1
                => this with { LearningRate = rate },
            "beam" when Number(value) is >= 1 and <= DecodingOptions.MaxBeamWidth and var width => WithDecoding(decoding => decoding with { BeamWidth = width }),
            "lm" when Within(value, 0, 10) is { } weight => WithDecoding(decoding => decoding with { LanguageModelWeight = weight }),
            "bonus" when Within(value, -10, 10) is { } bonus => WithDecoding(decoding => decoding with { WordBonus = bonus }),
            "temperature" when Within(value, 0.1, 10) is { } temperature => WithDecoding(decoding => decoding with { Temperature = temperature }),
            "hotwords" when value == "on" => WithDecoding(decoding => decoding) with { HasHotwords = true },
            "guards" when value == "on" => this with { IsGuarded = true },
            "parameters" when IsParameterSet(value) => this with { Parameters = value },
            _ => throw new FormatException(
                $"A strategy's settings must be {Settings}: steps to {FastUpdateOptions.MaxSteps}, a rate above 0 and at most 1, a set of "
                + $"{ParameterSet.Names}, M from 1 to 100, K from 6 to 10000, neighbours to {FastUpdateOptions.MaxNeighbours}, a beam from 1 to {DecodingOptions.MaxBeamWidth}, a weight from 0 to 10, a bonus from -10 to 10, a temperature "
                + $"from 0.1 to 10. Given: '{setting}' in '{Label}'."),
        };
    }

    private StrategyArgument WithDecoding(Func<DecodingRequest, DecodingRequest> change) => this with { Decoding = change(Decoding ?? PlainSearch) };

    private static double? Within(string text, double min, double max) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max ? number : null;

    private static int? Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static bool IsParameterSet(string name)
    {
        try
        {
            return ParameterSet.Parse(name).Name == name;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
