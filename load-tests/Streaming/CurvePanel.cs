using Attune.Cli.Evaluation.Pictures;
using ScottPlot;

namespace Attune.Streaming;

/// <summary>Curves over the same axes, in one part of a picture.</summary>
/// <param name="XLabel">With its unit.</param>
/// <param name="YLabel">With its unit.</param>
/// <param name="Curves">Its lines.</param>
/// <param name="EndLabel">What the mark at the end of a curve's first shape means.</param>
internal sealed record CurvePanel(string XLabel, string YLabel, IReadOnlyList<Curve> Curves, string EndLabel)
{
    /// <summary>Whether the horizontal axis is logarithmic. Default false.</summary>
    public bool IsXLogarithmic { get; init; }

    /// <summary>Whether the vertical axis is logarithmic. Default false: from zero.</summary>
    public bool IsYLogarithmic { get; init; }

    /// <summary>Draws it. The caller disposes the result.</summary>
    public Plot Draw(Theme theme)
    {
        var plot = new Plot();
        foreach (var (curve, i) in Curves.Select((curve, i) => (curve, i))) Add(plot, curve, Theme.Of(i + 1));
        var marked = Curves.FirstOrDefault(curve => curve.End is not null);
        if (marked is not null)
        {
            var mark = plot.Add.Marker(X(marked.Points[marked.End!.Value].X), Y(marked.Points[marked.End.Value].Value), MarkerShape.OpenCircle, 0, theme.Text);
            mark.LegendText = EndLabel;
            mark.MarkerStyle.Size = 16;
        }

        SetAxes(plot);
        plot.XLabel(XLabel);
        plot.YLabel(YLabel);
        plot.ShowLegend(Alignment.UpperLeft);
        theme.Apply(plot);
        return plot;
    }

    private void Add(Plot plot, Curve curve, Color color)
    {
        foreach (var point in curve.Points)
        {
            var spread = plot.Add.Line(X(point.X), Y(point.Low), X(point.X), Y(point.High));
            spread.Color = color.WithAlpha(0.45);
            spread.LineWidth = 4;
        }

        var line = plot.Add.Scatter(curve.Points.Select(point => new Coordinates(X(point.X), Y(point.Value))).ToArray());
        line.Color = color;
        line.LineWidth = 2;
        line.MarkerSize = 6;
        line.LegendText = curve.Name;
        if (curve.End is not { } end) return;
        plot.Add.Marker(X(curve.Points[end].X), Y(curve.Points[end].Value), MarkerShape.OpenCircle, 16, color);
    }

    private void SetAxes(Plot plot)
    {
        var points = Curves.SelectMany(curve => curve.Points).ToList();
        var (left, right) = (X(points.Min(point => point.X)), X(points.Max(point => point.X)));
        var (bottom, top) = (IsYLogarithmic ? Y(points.Min(point => point.Low)) : 0, Y(points.Max(point => point.High)));
        var (width, height) = (right - left, top - bottom);
        // Room above for the legend.
        plot.Axes.SetLimits(left - (0.05 * width), right + (0.05 * width), IsYLogarithmic ? bottom - (0.05 * height) : 0, top + (0.4 * height));
        if (IsXLogarithmic) plot.Axes.Bottom.TickGenerator = LogarithmicTicks.Between(left, right);
        if (IsYLogarithmic) plot.Axes.Left.TickGenerator = LogarithmicTicks.Between(bottom, top + (0.4 * height));
    }

    private double X(double value) => IsXLogarithmic ? Math.Log10(value) : value;

    private double Y(double value) => IsYLogarithmic ? Math.Log10(value) : value;
}
