using Attune.Cli.Evaluation.Pictures;
using ScottPlot;
using SkiaSharp;

namespace Attune.Streaming;

/// <summary>Panels beside each other.</summary>
/// <param name="Title">What they show.</param>
/// <param name="Panels">From left to right.</param>
internal sealed record CurvePicture(string Title, IReadOnlyList<CurvePanel> Panels)
{
    private const int PanelWidth = 620, Height = 480, PixelsPerUnit = 2;

    /// <summary>The picture as PNG.</summary>
    public byte[] ToPng()
    {
        const int width = PanelWidth * PixelsPerUnit, height = Height * PixelsPerUnit;
        using var surface = SKSurface.Create(new SKImageInfo(width * Panels.Count, height));
        for (var i = 0; i < Panels.Count; i++)
        {
            // Plots drawn by a multiplot scale what comes after them, so each is drawn by itself.
            using var plot = Panels[i].Draw(Theme.Light);
            plot.ScaleFactor = PixelsPerUnit;
            if (i == 0) plot.Title(Title, size: 15);
            using var panel = SKBitmap.Decode(plot.GetImageBytes(width, height, ImageFormat.Png));
            surface.Canvas.DrawBitmap(panel, i * width, 0);
        }

        using var image = surface.Snapshot();
        using var png = image.Encode(SKEncodedImageFormat.Png, quality: 100);
        return png.ToArray();
    }
}
