using System.Globalization;
using ScottPlot;

namespace Attune.Cli.Training;

/// <summary>Draws <c>learning-curve.csv</c>: loss on the left axis, word error rates and locality on the right, over steps.</summary>
internal static class LearningCurvePlot
{
    private const string RateSuffix = " wer", LocalitySuffix = " locality";
    private const int WidthPixels = 1000, HeightPixels = 600;

    /// <summary>Room above the highest value.</summary>
    private const double Margin = 1.05;

    /// <summary>Writes a PNG of the same name beside the CSV, once that has a row.</summary>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    public static void Write(string csv)
    {
        var rows = File.ReadLines(csv).Select(line => line.Split(',')).ToList();
        if (rows.Count < 2) return;
        var header = rows[0];
        using var plot = new Plot();
        plot.XLabel("step");
        plot.YLabel("loss per symbol");
        plot.Axes.Right.Label.Text = "word error rate, locality (%)";
        var highestLoss = Add(plot, rows, Array.IndexOf(header, "loss"), "training loss", 1, plot.Axes.Left);
        var highestRate = 0.0;
        for (var column = 0; column < header.Length; column++)
        {
            if (NameOf(header[column]) is not { } name) continue;
            highestRate = Math.Max(highestRate, Add(plot, rows, column, name, 100, plot.Axes.Right));
        }

        plot.Axes.SetLimitsX(0, Math.Max(1, Number(rows[^1][0])));
        plot.Axes.SetLimitsY(0, Margin * Math.Max(highestLoss, 1e-3), plot.Axes.Left);
        plot.Axes.SetLimitsY(0, Margin * Math.Max(highestRate, 1), plot.Axes.Right);
        plot.ShowLegend(Alignment.UpperRight);
        var path = Path.ChangeExtension(csv, ".png");
        File.WriteAllBytes(path + ".tmp", plot.GetImageBytes(WidthPixels, HeightPixels, ImageFormat.Png));
        File.Move(path + ".tmp", path, overwrite: true);
    }

    /// <summary>A column's name in the legend; null if it is not drawn.</summary>
    private static string? NameOf(string column) =>
        column.EndsWith(RateSuffix, StringComparison.Ordinal) ? $"WER {column[..^RateSuffix.Length]}"
        : column.EndsWith(LocalitySuffix, StringComparison.Ordinal) ? $"locality {column[..^LocalitySuffix.Length]}"
        : null;

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
