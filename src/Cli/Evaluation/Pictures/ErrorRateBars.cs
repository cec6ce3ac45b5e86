using Attune.Evaluation.Statistics;
using ScottPlot;
using ScottPlot.TickGenerators;

namespace Attune.Cli.Evaluation.Pictures;

/// <summary>Error-rate bars: a group for each stream, a bar with its interval for each strategy.</summary>
internal static class ErrorRateBars
{
    private const int UnitsPerBar = 13, UnitsBetweenGroups = 26, Margin = 140, LeastWidth = 760, Height = 520;

    public static Picture Of(EvalReport report)
    {
        var strategies = report.Settings.Strategies.Count;
        var width = Margin + (report.Streams.Count * ((strategies * UnitsPerBar) + UnitsBetweenGroups));
        return new Picture(
            "error-rates",
            "Word error rates",
            "One group of bars for each scenario; whiskers are bootstrap intervals of each rate. Differences between strategies have narrower "
            + "intervals than these: see the table.",
            Math.Max(LeastWidth, width),
            Height,
            (plot, theme) => Draw(report, plot, theme));
    }

    private static void Draw(EvalReport report, Plot plot, Theme theme)
    {
        var strategies = report.Settings.Strategies;
        var pitch = strategies.Count + 2;
        var whiskers = new List<(double Position, RateDifference Interval)>();
        foreach (var (strategy, s) in strategies.Select((strategy, s) => (strategy, s)))
        {
            var bars = new List<Bar>();
            foreach (var (stream, group) in report.Streams.Select((stream, group) => (stream, group)))
            {
                if (report.Find(stream, strategy.Label) is not { } result) continue;
                var interval = report.Interval(result);
                bars.Add(new Bar
                {
                    Position = (group * pitch) + s,
                    Value = 100 * interval.Difference,
                    FillColor = Theme.Of(s),
                    LineWidth = 0,
                    Size = 0.9,
                });
                whiskers.Add(((group * pitch) + s, interval));
            }

            plot.Add.Bars(bars);
            plot.Legend.ManualItems.Add(new LegendItem { LabelText = strategy.Label, FillColor = Theme.Of(s) });
        }

        foreach (var (position, interval) in whiskers) AddWhisker(plot, theme, position, interval); // over the bars
        var highest = whiskers.Max(whisker => 100 * whisker.Interval.High);
        var centres = report.Streams.Select((_, group) => (group * pitch) + ((strategies.Count - 1) / 2.0)).ToArray();
        plot.Axes.Bottom.TickGenerator = new NumericManual(centres, [.. report.Streams.Select(stream => stream.Name)]);
        plot.Axes.Bottom.MajorTickStyle.Length = 0;
        if (report.Streams.Count > 4)
        {
            plot.Axes.Bottom.TickLabelStyle.Rotation = -25;
            plot.Axes.Bottom.TickLabelStyle.Alignment = Alignment.MiddleRight;
            plot.Axes.Bottom.TickLabelStyle.OffsetY = 6;
            plot.Axes.Bottom.MinimumSize = 130;
        }

        plot.YLabel("word error rate (%)");
        plot.Axes.SetLimits(-1.2, ((report.Streams.Count - 1) * pitch) + strategies.Count + 0.2, 0, 1.05 * Math.Max(highest, 1));
        plot.ShowLegend(Edge.Top);
        plot.Legend.Orientation = Orientation.Horizontal;
    }

    private static void AddWhisker(Plot plot, Theme theme, double position, RateDifference interval)
    {
        var line = plot.Add.Line(position, 100 * interval.Low, position, 100 * interval.High);
        line.Color = theme.Text.WithAlpha(0.65);
        line.LineWidth = 1.2f;
        line.MarkerSize = 0;
    }
}
