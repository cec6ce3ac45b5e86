using System.Globalization;
using System.Net;
using System.Text;
using Attune.Cli.Evaluation.Pictures;

namespace Attune.Cli.Evaluation;

/// <summary>The report as one page with everything in it: no other file and no network.</summary>
internal static class ReportHtml
{
    private const string Style = """
        :root { color-scheme: light dark; --text: #222; --faint: #777; --line: #ddd; --back: #fff; --good: #0a7a3c; --bad: #b3261e }
        @media (prefers-color-scheme: dark) { :root { --text: #d8d8d8; --faint: #999; --line: #3a3d44; --back: #16181d; --good: #57c98a; --bad: #ff8a80 } }
        body { font: 16px/1.5 system-ui, sans-serif; color: var(--text); background: var(--back); margin: 0 auto; max-width: 72rem; padding: 1rem }
        h1 { font-size: 1.5rem } h2 { font-size: 1.2rem; margin-top: 2.2rem }
        p, figcaption { max-width: 46rem } figcaption, .faint { color: var(--faint); font-size: .9rem }
        figure { margin: 1rem 0 } img { max-width: 100%; height: auto; display: block }
        .wide { overflow-x: auto } .wide img { max-width: none } @media (min-width: 60rem) { .wide img { max-width: 100% } }
        table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums }
        th, td { padding: .25rem .6rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap }
        th:first-child, td:first-child { text-align: left }
        pre { overflow-x: auto; font-size: .85rem; border-left: 3px solid var(--line); padding-left: .8rem }
        .command { white-space: pre-wrap; overflow-wrap: anywhere }
        details { margin: .5rem 0 } summary { cursor: pointer }
        """;

    public static string Render(EvalReport report)
    {
        var html = new StringBuilder();
        html.Append(CultureInfo.InvariantCulture, $"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>Evaluation of {Text(report.ModelName)}</title>
            <style>
            {Style}
            </style>
            </head>
            <body>
            <h1>Evaluation of {Text(report.ModelName)}</h1>
            <pre class="command">{Text(report.Settings.Command)}</pre>
            <p class="faint">{report.Recordings} recordings; seed {report.Settings.Seed}; model SHA-256 {report.ModelSha256[..12]}...</p>

            """);
        Append(html, ReportTables.ErrorRates(report));
        Append(html, ReportTables.Orderings(report));
        foreach (var picture in ReportPictures.Of(report)) Append(html, picture);
        Append(html, ReportTables.Decoding(report));
        Append(html, ReportTables.Scorecards(report));
        Append(html, ReportTables.Results(report));
        Append(html, ReportTables.Noises(report));
        Append(html, ReportTables.Speakers(report));
        AppendWorst(html, report);
        html.Append("<h2>How it was measured</h2>\n");
        foreach (var text in new[] { ReportText.Normalisation, ReportText.Mixing, ReportText.Intervals(report), ReportText.Compute })
            html.Append(CultureInfo.InvariantCulture, $"<p>{Text(text)}</p>\n");
        return html.Append("</body>\n</html>\n").ToString();
    }

    private static void Append(StringBuilder html, Table table)
    {
        if (table.Rows.Count == 0) return;
        html.Append(CultureInfo.InvariantCulture, $"<h2>{Text(table.Title)}</h2>\n<div class=\"wide\"><table>\n");
        AppendRow("th", table.Header);
        foreach (var row in table.Rows) AppendRow("td", row);
        html.Append("</table></div>\n");

        void AppendRow(string cell, IReadOnlyList<string> cells) =>
            html.Append("<tr>").AppendJoin("", cells.Select(text => $"<{cell}>{Text(text)}</{cell}>")).Append("</tr>\n");
    }

    private static void Append(StringBuilder html, Picture picture)
    {
        html.Append(CultureInfo.InvariantCulture, $"""
            <h2>{Text(picture.Title)}</h2>
            <figure class="wide"><picture><source media="(prefers-color-scheme: dark)" srcset="{Data(picture.ToPng(Theme.Dark))}">
            <img alt="{Text(picture.Title)}" width="{picture.Width}" height="{picture.Height}" src="{Data(picture.ToPng(Theme.Light))}"></picture>
            <figcaption>{Text(picture.Caption)}</figcaption></figure>

            """);
    }

    private static void AppendWorst(StringBuilder html, EvalReport report)
    {
        if (report.Settings.Worst == 0) return;
        html.Append("<h2>Worst utterances</h2>\n<p>Reference above hypothesis, word by word; *** stands where one of them has no word.</p>\n");
        foreach (var result in report.Results)
        {
            var worst = WorstUtterances.Render(result, report.Settings.Worst);
            if (worst.Length == 0) continue;
            html.Append(CultureInfo.InvariantCulture, $"<details><summary>{Text(result.Stream.Name)}, {Text(result.Strategy.Label)}</summary><pre>{Text(worst)}</pre></details>\n");
        }
    }

    private static string Data(byte[] png) => $"data:image/png;base64,{Convert.ToBase64String(png)}";

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
