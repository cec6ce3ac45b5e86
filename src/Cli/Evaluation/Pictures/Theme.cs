using ScottPlot;
using SkiaSharp;

namespace Attune.Cli.Evaluation.Pictures;

/// <summary>Colours of a picture, for a light or a dark page.</summary>
/// <param name="Background">Behind everything.</param>
/// <param name="Text">Letters and axes.</param>
/// <param name="Faint">Grid and boundaries.</param>
internal sealed record Theme(Color Background, Color Text, Color Faint)
{
    /// <summary>Told apart by most colour-blind people: Okabe and Ito's, with further ones for many strategies.</summary>
    private static readonly Color[] Strategies =
    [
        Color.FromHex("#8c8c8c"), Color.FromHex("#0072b2"), Color.FromHex("#d55e00"), Color.FromHex("#009e73"), Color.FromHex("#cc79a7"),
        Color.FromHex("#e69f00"), Color.FromHex("#56b4e9"), Color.FromHex("#a04030"), Color.FromHex("#7b5fc4"), Color.FromHex("#b8a800"),
        Color.FromHex("#3d9e9e"), Color.FromHex("#d06090"), Color.FromHex("#6b8e23"), Color.FromHex("#5f7fa8"), Color.FromHex("#c08860"),
        Color.FromHex("#9a5ca8"),
    ];

    /// <summary>What most machines have one of; without any, the plotting library's own choice.</summary>
    private static readonly string[] SansSerif = ["DejaVu Sans", "Noto Sans", "Liberation Sans", "Open Sans", "Arial"];

    /// <summary>For a light page.</summary>
    public static Theme Light { get; } = new(Color.FromHex("#ffffff"), Color.FromHex("#222222"), Color.FromHex("#dddddd"));

    /// <summary>For a dark page.</summary>
    public static Theme Dark { get; } = new(Color.FromHex("#16181d"), Color.FromHex("#d8d8d8"), Color.FromHex("#3a3d44"));

    /// <summary>The colour of the strategy with an index; the model as it is, mostly the first, is grey.</summary>
    public static Color Of(int strategy) => Strategies[strategy % Strategies.Length];

    /// <summary>Colours what is not data.</summary>
    public void Apply(Plot plot)
    {
        if (SansSerif.FirstOrDefault(font => SKFontManager.Default.FontFamilies.Contains(font)) is { } name) plot.Font.Set(name);
        plot.FigureBackground.Color = Background;
        plot.DataBackground.Color = Background;
        plot.Axes.Color(Text);
        plot.Grid.MajorLineColor = Faint;
        plot.Grid.XAxisStyle.IsVisible = false;
        plot.Axes.Top.FrameLineStyle.Width = 0;
        plot.Axes.Right.FrameLineStyle.Width = 0;
        foreach (var axis in new[] { plot.Axes.Bottom, (IAxis)plot.Axes.Left })
        {
            axis.Label.Bold = false;
            axis.Label.FontSize = 14;
            axis.MinorTickStyle.Length = 0;
        }

        plot.Legend.BackgroundColor = Background;
        plot.Legend.FontColor = Text;
        plot.Legend.OutlineColor = Faint;
        plot.Legend.ShadowColor = Colors.Transparent;
    }
}
