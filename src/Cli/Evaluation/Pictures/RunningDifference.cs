using ScottPlot;

namespace Attune.Cli.Evaluation.Pictures;

/// <summary>
/// Word errors since the stream's beginning, less those of the model as it is: the figure that made the case for fast and slow updates together.
/// </summary>
internal static class RunningDifference
{
    private const int Width = 900, Height = 520;

    /// <summary>One for each stream that has the model as it is and something to compare with it, streams of changing conditions first.</summary>
    /// <param name="report">The report.</param>
    /// <param name="most">Most pictures.</param>
    public static IEnumerable<Picture> Of(EvalReport report, int most) => report.Streams
        .Where(stream => report.Find(stream, StrategyKind.None.Name) is not null && report.Settings.Strategies.Count > 1)
        .OrderByDescending(stream => stream.Positions.Any(position => position.IsBoundary))
        .Take(most)
        .Select((stream, i) => new Picture(
            $"running-difference-{i + 1}",
            $"Running difference in word errors: {stream.Name}",
            "Word errors since the beginning, less those of the model as it is: a falling line is a strategy that gains, a rising one a strategy that harms. "
            + "Dashed lines are changes of condition.",
            Width,
            Height,
            (plot, theme) => Draw(report, stream, plot, theme)));

    private static void Draw(EvalReport report, PlannedStream stream, Plot plot, Theme theme)
    {
        var source = report.Find(stream, StrategyKind.None.Name)!;
        double lowest = 0, highest = 0;
        foreach (var (strategy, s) in report.Settings.Strategies.Select((strategy, s) => (strategy, s)))
        {
            if (report.Find(stream, strategy.Label) is not { } result || result == source) continue;
            var sum = 0L;
            double[] values = [0, .. result.PairWith(source).Select(pair => (double)(sum += pair.Candidate - pair.Baseline))];
            lowest = Math.Min(lowest, values.Min());
            highest = Math.Max(highest, values.Max());
            var line = plot.Add.Signal(values);
            line.Color = Theme.Of(s);
            line.LineWidth = 2;
            line.MaximumMarkerSize = 0;
            line.LegendText = strategy.Label;
        }

        var room = 0.12 * Math.Max(highest - lowest, 1);
        StreamBoundaries.Add(plot, theme, stream, highest + room);
        plot.Add.HorizontalLine(0, width: 1, color: theme.Text.WithAlpha(0.5));
        plot.XLabel("utterance");
        plot.YLabel("word errors less those of none");
        plot.Axes.SetLimits(0, stream.Positions.Count, lowest - (room / 2), highest + room);
        plot.ShowLegend(Edge.Bottom);
        plot.Legend.Orientation = Orientation.Horizontal;
    }
}
