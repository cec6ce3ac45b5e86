using System.Globalization;
using ScottPlot;

namespace Attune.Cli.Training;

/// <summary>Draws <c>learning-curve.csv</c>: training loss on the left axis, figures of sets on the right, over steps.</summary>
/// <param name="left">Label of the left axis.</param>
/// <param name="right">Label of the right axis.</param>
/// <param name="figures">Ends of the names of the columns that are drawn on the right, what the legend calls them, and what values are multiplied by.</param>
internal sealed class LearningCurvePlot(string left, string right, IReadOnlyList<(string Suffix, string Name, double Scale)> figures)
{
    private const int WidthPixels = 1000, HeightPixels = 600;

    /// <summary>Room above the highest value.</summary>
    private const double Margin = 1.05;

    /// <summary>For speech models.</summary>
    public static LearningCurvePlot Speech { get; } = new(
        "loss per symbol", "word error rate, locality (%)", [(" wer", "WER", 100), (" locality", "locality", 100)]);

    /// <summary>For causal text models.</summary>
    public static LearningCurvePlot Text { get; } = new(
        "training loss (nats)",
        "bits per byte; nats; share",
        [(" bits_per_byte", "bits per byte,", 1), (" preference_loss", "preference loss,", 1), (" accuracy", "accuracy,", 1), (" divergence", "divergence,", 1)]);

    /// <summary>Writes a PNG of the same name beside the CSV, once that has a row.</summary>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    public void Write(string csv)
    {
        var rows = File.ReadLines(csv).Select(line => line.Split(',')).ToList();
        if (rows.Count < 2) return;
        var header = rows[0];
        using var plot = new Plot();
        plot.XLabel("step");
        plot.YLabel(left);
        plot.Axes.Right.Label.Text = right;
        var highestLoss = Add(plot, rows, Array.IndexOf(header, "loss"), "training loss", 1, plot.Axes.Left);
        var highestRate = 0.0;
        for (var column = 0; column < header.Length; column++)
        {
            foreach (var (suffix, name, scale) in figures.Where(figure => header[column].EndsWith(figure.Suffix, StringComparison.Ordinal)))
                highestRate = Math.Max(highestRate, Add(plot, rows, column, $"{name} {header[column][..^suffix.Length]}", scale, plot.Axes.Right));
        }

        plot.Axes.SetLimitsX(0, Math.Max(1, Number(rows[^1][0])));
        plot.Axes.SetLimitsY(0, Margin * Math.Max(highestLoss, 1e-3), plot.Axes.Left);
        plot.Axes.SetLimitsY(0, Margin * Math.Max(highestRate, 1), plot.Axes.Right);
        plot.ShowLegend(Alignment.UpperRight);
        var path = Path.ChangeExtension(csv, ".png");
        File.WriteAllBytes(path + ".tmp", plot.GetImageBytes(WidthPixels, HeightPixels, ImageFormat.Png));
        File.Move(path + ".tmp", path, overwrite: true);
    }

    /// <summary>Adds a line through the rows that have a value.</summary>
    /// <returns>The highest value; 0 if no row has one.</returns>
    private static double Add(Plot plot, List<string[]> rows, int column, string name, double scale, IYAxis axis)
    {
        var points = rows.Skip(1)
            .Where(row => row.Length > column && row[column].Length > 0)
            .Select(row => new Coordinates(Number(row[0]), scale * Number(row[column])))
            .ToArray();
        if (points.Length == 0) return 0;
        var line = plot.Add.Scatter(points);
        line.LegendText = name;
        line.Axes.YAxis = axis;
        return points.Max(point => point.Y);
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
