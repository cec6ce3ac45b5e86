namespace Attune.Cli.Evaluation.Pictures;

/// <summary>The pictures of a report.</summary>
internal static class ReportPictures
{
    /// <summary>Most running differences, and most loss improvements: a page with more is not looked at.</summary>
    private const int MostOfAKind = 6;

    /// <summary>In the order of the page.</summary>
    public static IReadOnlyList<Picture> Of(EvalReport report) =>
    [
        ErrorRateBars.Of(report),
        ComputeTradeOff.Of(report),
        .. RunningDifference.Of(report, MostOfAKind),
        .. LossImprovementPlot.Of(report, MostOfAKind),
    ];

    /// <summary>Writes each as a PNG for a light page.</summary>
    /// <exception cref="IOException">One cannot be written.</exception>
    public static void Write(EvalReport report, string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var picture in Of(report)) File.WriteAllBytes(Path.Combine(folder, $"{picture.Name}.png"), picture.ToPng(Theme.Light));
    }
}
