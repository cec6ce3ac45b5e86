using ScottPlot;

namespace Attune.Cli.Evaluation.Pictures;

/// <summary>Loss improvement of each full buffer over a stream, with the resets that it led to.</summary>
internal static class LossImprovementPlot
{
    private const int Width = 900, Height = 420;

    /// <summary>One for each stream and strategy that measured it, streams of changing conditions first.</summary>
    /// <param name="report">The report.</param>
    /// <param name="most">Most pictures.</param>
    public static IEnumerable<Picture> Of(EvalReport report, int most) => report.Results
        .Where(result => result.Results.Any(utterance => utterance.LossImprovement is not null))
        .OrderByDescending(result => result.Stream.Positions.Any(position => position.IsBoundary))
        .Take(most)
        .Select((result, i) => new Picture(
            $"loss-improvement-{i + 1}",
            $"Loss improvement and resets: {result.Stream.Name}, {result.Strategy.Label}",
            "Loss with the domain's remembered weights minus loss with the model, a point for each full buffer: below 0 the remembered weights still help. "
            + "Red lines are resets; dashed lines are true changes of condition.",
            Width,
            Height,
            (plot, theme) => Draw(result, plot, theme)));

    private static void Draw(StreamResult result, Plot plot, Theme theme)
    {
        var points = result.Results
            .Where(utterance => utterance.LossImprovement is { } value && double.IsFinite(value))
            .Select(utterance => new Coordinates(utterance.Position, utterance.LossImprovement!.Value))
            .ToArray();
        var (lowest, highest) = (points.Min(point => point.Y), points.Max(point => point.Y));
        var room = 0.15 * Math.Max(highest - lowest, 1e-3);
        StreamBoundaries.Add(plot, theme, result.Stream, highest + room);
        foreach (var reset in result.Results.Where(utterance => utterance.IsReset))
            plot.Add.VerticalLine(reset.Position, width: 2, color: Theme.Of(2));
        var scatter = plot.Add.ScatterPoints(points);
        scatter.Color = Theme.Of(1);
        scatter.MarkerSize = 5;
        plot.Legend.ManualItems.Add(new LegendItem { LabelText = "full buffer", MarkerStyle = new MarkerStyle(MarkerShape.FilledCircle, 6, Theme.Of(1)) });
        if (result.Results.Any(utterance => utterance.IsReset)) plot.Legend.ManualItems.Add(new LegendItem { LabelText = "reset", LineColor = Theme.Of(2), LineWidth = 2 });
        plot.XLabel("utterance");
        plot.YLabel("loss improvement");
        plot.Axes.SetLimits(0, result.Stream.Positions.Count, lowest - (room / 2), highest + room);
        plot.ShowLegend(Edge.Bottom);
        plot.Legend.Orientation = Orientation.Horizontal;
    }
}
