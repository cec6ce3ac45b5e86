using ScottPlot;

namespace Attune.Cli.Evaluation.Pictures;

/// <summary>A picture of the report.</summary>
/// <param name="Name">File name without extension.</param>
/// <param name="Title">What it shows.</param>
/// <param name="Caption">How to read it.</param>
/// <param name="Width">In units of which a letter is about 8 wide.</param>
/// <param name="Height">In the same units.</param>
/// <param name="Draw">Draws everything but what the theme sets.</param>
internal sealed record Picture(string Name, string Title, string Caption, int Width, int Height, Action<Plot, Theme> Draw)
{
    /// <summary>Pixels for each unit, so that letters are sharp on dense screens.</summary>
    private const int PixelsPerUnit = 2;

    /// <summary>The picture as PNG.</summary>
    public byte[] ToPng(Theme theme)
    {
        using var plot = new Plot();
        plot.ScaleFactor = PixelsPerUnit;
        Draw(plot, theme);
        theme.Apply(plot);
        return plot.GetImageBytes(Width * PixelsPerUnit, Height * PixelsPerUnit, ImageFormat.Png);
    }
}
