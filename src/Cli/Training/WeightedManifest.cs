using System.CommandLine.Parsing;
using System.Globalization;

namespace Attune.Cli.Training;

/// <summary>A manifest to train on, written <c>FILE</c> or <c>FILE*WEIGHT</c>.</summary>
/// <param name="Path">As given.</param>
/// <param name="Repeats">Times that an epoch has each utterance; a fraction takes that share of them.</param>
internal sealed record WeightedManifest(string Path, double Repeats = 1)
{
    private const double MaxRepeats = 1000;

    /// <summary>Reads one argument; a bad weight is an error of the command line.</summary>
    public static WeightedManifest Parse(string text, SymbolResult result)
    {
        var star = text.LastIndexOf('*');
        if (star < 0 || File.Exists(text)) return new WeightedManifest(text);
        if (double.TryParse(text.AsSpan(star + 1), NumberStyles.Float, CultureInfo.InvariantCulture, out var repeats) && repeats is > 0 and <= MaxRepeats)
            return new WeightedManifest(text[..star], repeats);
        result.AddError($"The weight of a manifest must be above 0 and at most {MaxRepeats}. Given: '{text}'.");
        return new WeightedManifest(text);
    }
}
