using System.CommandLine.Parsing;
using System.Globalization;
using Attune.Evaluation.Mixing;

namespace Attune.Cli.Evaluation;

/// <summary>A condition as it is written: <c>clean</c>, <c>white@10</c>, <c>noise/babble.wav@5</c>, <c>noise@5</c> for a folder.</summary>
/// <param name="Source"><c>clean</c>, <c>white</c>, a file or a folder.</param>
/// <param name="SnrDb">Signal-to-noise ratio in decibels; has no meaning for <c>clean</c>.</param>
internal sealed record NoiseArgument(string Source, double SnrDb)
{
    /// <summary>Ratio where none is written: that of LibriSpeech-C (arXiv 2406.11064).</summary>
    public const double DefaultSnrDb = 5;

    /// <summary>Source of white noise.</summary>
    public const string White = "white";

    private const double MaxSnrDb = 100;

    /// <summary>The rule, for help and error messages.</summary>
    public static string Rule { get; } = string.Create(
        CultureInfo.InvariantCulture, $"FILE@SNR, FOLDER@SNR, white@SNR (SNR in decibels from -{MaxSnrDb} to {MaxSnrDb}; {DefaultSnrDb} if left out) or clean");

    /// <summary>Reads one; null if it breaks the rule.</summary>
    public static NoiseArgument? TryParse(string text)
    {
        if (text == NoiseCondition.CleanName) return new(text, 0);
        var at = text.LastIndexOf('@');
        if (at < 0 || (Path.Exists(text) && !double.TryParse(text.AsSpan(at + 1), NumberStyles.Float, CultureInfo.InvariantCulture, out _)))
            return text.Length > 0 ? new(text, DefaultSnrDb) : null;
        return at > 0
            && double.TryParse(text.AsSpan(at + 1), NumberStyles.Float, CultureInfo.InvariantCulture, out var snrDb)
            && Math.Abs(snrDb) <= MaxSnrDb
                ? new(text[..at], snrDb)
                : null;
    }

    /// <summary>Reads one; a bad one is an error of the command line.</summary>
    public static NoiseArgument Parse(string text, SymbolResult result)
    {
        if (TryParse(text) is { } noise) return noise;
        result.AddError($"--noise must be {Rule}. Given: '{text}'.");
        return new(text, DefaultSnrDb);
    }
}
