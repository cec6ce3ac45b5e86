using ScottPlot;

namespace Attune.Cli.Evaluation.Pictures;

/// <summary>Error rate against compute, over all streams: which strategy is worth what it costs.</summary>
internal static class ComputeTradeOff
{
    private const int Width = 820, Height = 480;

    public static Picture Of(EvalReport report) => new(
        "compute",
        "Error rate against compute",
        "All streams together. The line joins the strategies that no other beats in both; those above it cost more than a better one. Compute is processor time "
        + "of all threads for each second of audio, on a logarithmic axis.",
        Width,
        Height,
        (plot, theme) => Draw(report, plot, theme));

    private static void Draw(EvalReport report, Plot plot, Theme theme)
    {
        var points = report.Settings.Strategies.Select((strategy, s) => Point(report, strategy.Label, s)).ToList();
        var front = points
            .Where(point => !points.Any(other => other.Cost <= point.Cost && other.ErrorPercent < point.ErrorPercent))
            .OrderBy(point => point.Cost)
            .ToList();
        var line = plot.Add.ScatterLine(front.Select(point => new Coordinates(Math.Log10(point.Cost), point.ErrorPercent)).ToArray());
        line.Color = theme.Text.WithAlpha(0.35);
        line.LineWidth = 1.5f;
        foreach (var point in points)
        {
            var marker = plot.Add.Marker(Math.Log10(point.Cost), point.ErrorPercent, MarkerShape.FilledCircle, 10, Theme.Of(point.Index));
            marker.LegendText = point.Label;
        }

        var (low, high) = (points.Min(point => Math.Log10(point.Cost)), points.Max(point => Math.Log10(point.Cost)));
        var (least, most) = (points.Min(point => point.ErrorPercent), points.Max(point => point.ErrorPercent));
        var room = 0.08 * Math.Max(most - least, 1);
        plot.Axes.Bottom.TickGenerator = LogarithmicTicks.Between(low, high);
        plot.XLabel("processor seconds per second of audio");
        plot.YLabel("word error rate (%)");
        plot.Axes.SetLimits(low - 0.12, high + 0.12, least - room, most + room);
        plot.ShowLegend(Edge.Right);
    }

    private static (string Label, int Index, double Cost, double ErrorPercent) Point(EvalReport report, string label, int index)
    {
        var results = report.Results.Where(result => result.Strategy.Label == label).ToList();
        var audio = results.Sum(result => result.Audio.TotalSeconds);
        var words = results.Select(result => result.Total.Words).Aggregate((left, right) => left + right);
        // A clock may be too coarse for a stream of a few short utterances.
        var cost = Math.Max(1e-4, results.Sum(result => result.CpuPerAudio * result.Audio.TotalSeconds) / audio);
        return (label, index, cost, 100 * words.ErrorRate.Rate);
    }
}
