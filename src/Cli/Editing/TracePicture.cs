using System.Globalization;
using Attune.Adaptation.Text.Editing;
using Attune.Cli.Evaluation.Pictures;
using ScottPlot;
using ScottPlot.TickGenerators;

namespace Attune.Cli.Editing;

/// <summary>A causal trace as a heat map: tokens down, layers across.</summary>
internal static class TracePicture
{
    private const int UnitsPerLayer = 56, UnitsPerToken = 26, MarginX = 260, MarginY = 130, LeastWidth = 480;

    public static Picture Of(CausalTrace trace) => new(
        "trace",
        "Causal trace",
        "Probability of the answer that a clean activation of one token and layer brings back, while the rest of the subject is noise. The subject's tokens have a star.",
        Math.Max(LeastWidth, MarginX + (UnitsPerLayer * trace.Restored[0].Count)),
        MarginY + (UnitsPerToken * trace.Tokens.Count),
        (plot, _) => Draw(trace, plot));

    private static void Draw(CausalTrace trace, Plot plot)
    {
        var (tokens, layers) = (trace.Tokens.Count, trace.Restored[0].Count);
        var values = new double[tokens, layers];
        for (var token = 0; token < tokens; token++)
        {
            for (var layer = 0; layer < layers; layer++) values[token, layer] = trace.Restored[token][layer];
        }

        var map = plot.Add.Heatmap(values);
        map.Colormap = new ScottPlot.Colormaps.Viridis();
        map.ManualRange = new ScottPlot.Range(Math.Min(trace.Corrupted, values.Cast<double>().Min()), Math.Max(trace.Clean, values.Cast<double>().Max()));
        plot.Add.ColorBar(map).Label = string.Create(CultureInfo.InvariantCulture, $"p({trace.Answer.Trim()}); clean {trace.Clean:0.00}, noise {trace.Corrupted:0.00}");
        // Row 0 of a heat map is at its top.
        plot.Axes.Left.TickGenerator = new NumericManual(
            [.. Enumerable.Range(0, tokens).Select(token => (double)(tokens - 1 - token))], [.. trace.Tokens.Select((token, i) => Label(trace, token, i))]);
        plot.Axes.Bottom.TickGenerator = new NumericManual(
            [.. Enumerable.Range(0, layers).Select(layer => (double)layer)], [.. Enumerable.Range(0, layers).Select(layer => layer.ToString(CultureInfo.InvariantCulture))]);
        plot.XLabel($"layer whose {TraceTable.NameOf(trace.Kind)} is restored");
        plot.Axes.SetLimits(-0.5, layers - 0.5, -0.5, tokens - 0.5);
    }

    private static string Label(CausalTrace trace, string token, int index) =>
        token.Trim() + (index >= trace.SubjectStart && index <= trace.SubjectEnd ? " *" : "");
}
