using System.Globalization;
using System.Text;
using Attune.Evaluation.Statistics;
using ScottPlot;

namespace Attune.Soak;

/// <summary>What a run showed, as Markdown and as a picture.</summary>
/// <param name="progress">The run.</param>
/// <param name="errors">Lines of the server's log that tell of an error.</param>
internal sealed class SoakReport(SoakProgress progress, IReadOnlyList<string> errors)
{
    private const double Megabyte = 1e6;

    /// <summary>The second half of the samples.</summary>
    private readonly SoakSample[] _half = [.. progress.Samples.Where(sample => sample.Seconds < progress.Seconds).Skip(progress.Samples.Count / 2)];

    /// <summary>Whether everything is as it should be.</summary>
    public bool IsGood => errors.Count == 0 && !progress.Unexpected.Any() && progress.Samples[^1].Tensors == progress.BaselineTensors;

    public string ToMarkdown(string command)
    {
        var text = new StringBuilder();
        var last = progress.Samples[^1];
        text.AppendLine(CultureInfo.InvariantCulture, $"{progress.Done:N0} requests in {progress.Seconds / 60:0} minutes: `{command}`");
        text.AppendLine().AppendLine("![Resident memory, managed heap and live tensors over time](soak.png)").AppendLine();
        text.AppendLine("| | |").AppendLine("|---|---|");
        if (_half.Length >= Trend.MinCount)
        {
            var step = (_half[^1].Seconds - _half[0].Seconds) / (_half.Length - 1);
            var trend = Trend.Of([.. _half.Select(sample => sample.ResidentBytes / Megabyte * 3600 / step)]);
            text.AppendLine(CultureInfo.InvariantCulture, $"| resident memory, slope over the second half | {trend.Slope:0.0} MB an hour, 95 % interval {trend.Low:0.0} to {trend.High:0.0} ({_half.Length} samples, {step:0.0} s apart) |");
        }

        text.AppendLine(CultureInfo.InvariantCulture, $"| resident memory, first to last sample of the second half | {_half[0].ResidentBytes / Megabyte:0} to {_half[^1].ResidentBytes / Megabyte:0} MB |");
        text.AppendLine(CultureInfo.InvariantCulture, $"| live tensors, at the beginning and at the end, nothing at work | {progress.BaselineTensors} and {last.Tensors} |");
        text.AppendLine(CultureInfo.InvariantCulture, $"| statuses other than expected | {progress.Unexpected.Sum(count => count.Value)} |");
        text.AppendLine(CultureInfo.InvariantCulture, $"| errors in the log | {errors.Count} |");
        text.AppendLine().AppendLine("| kind | status | requests |").AppendLine("|---|---|---|");
        foreach (var (key, count) in progress.Counts.OrderBy(count => count.Key, StringComparer.Ordinal))
            text.AppendLine(CultureInfo.InvariantCulture, $"| {string.Join(" | ", key.Split(' ', 2))} | {count:N0} |");
        foreach (var error in errors.Take(10)) text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"    {error}");
        return text.ToString();
    }

    /// <summary>Memory on the left axis, tensors on the right.</summary>
    public void Draw(string path)
    {
        using var plot = new Plot();
        plot.XLabel("minutes");
        plot.YLabel("MB");
        plot.Axes.Right.Label.Text = "live tensors";
        Add(plot, "resident memory", sample => sample.ResidentBytes / Megabyte, plot.Axes.Left);
        Add(plot, "managed heap after the latest collection", sample => sample.ManagedBytes / Megabyte, plot.Axes.Left);
        Add(plot, "live tensors", sample => sample.Tensors, plot.Axes.Right);
        plot.Axes.SetLimitsY(0, 1.2 * progress.Samples.Max(sample => sample.ResidentBytes) / Megabyte, plot.Axes.Left);
        plot.Axes.SetLimitsY(0, 2 * Math.Max(1, progress.Samples.Max(sample => sample.Tensors)), plot.Axes.Right);
        plot.Add.VerticalLine(_half[0].Seconds / 60).LegendText = "second half";
        plot.ShowLegend(Alignment.UpperLeft);
        File.WriteAllBytes(path, plot.GetImageBytes(1000, 600, ImageFormat.Png));
    }

    private void Add(Plot plot, string name, Func<SoakSample, double> value, IYAxis axis)
    {
        var line = plot.Add.ScatterLine(progress.Samples.Select(sample => new Coordinates(sample.Seconds / 60, value(sample))).ToArray());
        line.LegendText = name;
        line.Axes.YAxis = axis;
    }
}
