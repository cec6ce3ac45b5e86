using Attune.Cli.Evaluation.Pictures;

namespace Attune.Cli.Evaluation;

/// <summary>Writes the outputs that were asked for, each whole or not at all.</summary>
internal static class EvalOutputs
{
    /// <exception cref="IOException">One cannot be written.</exception>
    public static void Write(EvalSettings settings, EvalReport report)
    {
        if (settings.Json is { } json) Write(json, ReportJson.Render(report));
        if (settings.Markdown is { } markdown) Write(markdown, ReportMarkdown.Render(report));
        if (settings.Html is { } html) Write(html, ReportHtml.Render(report));
        if (settings.Pictures is { } pictures) ReportPictures.Write(report, pictures);
    }

    private static void Write(string path, string text)
    {
        File.WriteAllText(path + ".tmp", text);
        File.Move(path + ".tmp", path, overwrite: true);
    }
}
