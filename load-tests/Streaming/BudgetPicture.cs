using Attune.Cli.Evaluation.Pictures;
using ScottPlot;

namespace Attune.Streaming;

/// <summary>What each latency budget buys: word error rate against the latency of the final.</summary>
internal static class BudgetPicture
{
    public const string Title = "Word error rate against latency of the final, by latency budget";

    private const int Width = 900, Height = 480;

    /// <summary>The picture as PNG: a point at the median, a line from there to the 99th percentile, and the interval of the error rate.</summary>
    public static byte[] ToPng(IReadOnlyList<BudgetResult> results) => new Picture("budgets", Title, "", Width, Height, (plot, theme) => Draw(results, plot, theme)).ToPng(Theme.Light);

    private static void Draw(IReadOnlyList<BudgetResult> results, Plot plot, Theme theme)
    {
        foreach (var (result, i) in results.Select((result, i) => (result, i)))
        {
            var (median, late, percent) = (Math.Log10(result.Latency.At(0.5)), Math.Log10(result.Latency.At(0.99)), 100 * result.ErrorRate.Difference);
            var faint = Theme.Of(i).WithAlpha(0.45);
            Line(median, percent, late, percent);
            Line(median, 100 * result.ErrorRate.Low, median, 100 * result.ErrorRate.High);
            plot.Add.Marker(late, percent, MarkerShape.VerticalBar, 14, Theme.Of(i));
            plot.Add.Marker(median, percent, MarkerShape.FilledCircle, 11, Theme.Of(i)).LegendText = result.Name;

            void Line(double fromX, double fromY, double toX, double toY)
            {
                var line = plot.Add.Line(fromX, fromY, toX, toY);
                line.Color = faint;
                line.LineWidth = 2;
            }
        }

        var (low, high) = (Math.Log10(results.Min(result => result.Latency.At(0.5))), Math.Log10(results.Max(result => result.Latency.At(0.99))));
        plot.Axes.Bottom.TickGenerator = LogarithmicTicks.Between(low, high);
        plot.XLabel("latency of the final (ms): median, and to the 99th percentile");
        plot.YLabel("word error rate (%), 95 % interval");
        plot.Axes.SetLimits(low - 0.08, high + 0.08, 0, 115 * results.Max(result => result.ErrorRate.High));
        plot.ShowLegend(Edge.Right);
        plot.Title(Title, size: 15);
    }
}
