using ScottPlot;

namespace Attune.Cli.Evaluation.Pictures;

/// <summary>Marks where a stream's condition changes, and names conditions where there is room.</summary>
internal static class StreamBoundaries
{
    /// <summary>More segments than these would be a grey mass.</summary>
    private const int MostLines = 60, MostNames = 8;

    /// <summary>Adds lines, and names at a height.</summary>
    public static void Add(Plot plot, Theme theme, PlannedStream stream, double top)
    {
        int[] starts = [0, .. stream.Positions.Select((position, i) => (position, i)).Where(pair => pair.position.IsBoundary).Select(pair => pair.i)];
        if (starts.Length is 1 or > MostLines) return;
        foreach (var start in starts)
        {
            if (start > 0)
            {
                var line = plot.Add.VerticalLine(start, width: 1, color: theme.Text.WithAlpha(0.4), pattern: LinePattern.Dashed);
                line.EnableAutoscale = false;
            }

            if (starts.Length > MostNames) continue;
            var text = plot.Add.Text(stream.ConditionOf(stream.Positions[start]), start, top);
            text.LabelFontSize = 10;
            text.LabelFontColor = theme.Text.WithAlpha(0.75);
            text.LabelAlignment = Alignment.UpperLeft;
            text.OffsetX = 4;
            text.OffsetY = 2;
        }
    }
}
