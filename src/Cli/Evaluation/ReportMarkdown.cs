using System.Globalization;
using System.Text;

namespace Attune.Cli.Evaluation;

/// <summary>The report for people, as Markdown.</summary>
internal static class ReportMarkdown
{
    public static string Render(EvalReport report)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# Evaluation of {report.ModelName}\n\n```\n{report.Settings.Command}\n```\n\n");
        text.Append(CultureInfo.InvariantCulture, $"{report.Recordings} recordings; seed {report.Settings.Seed}; model SHA-256 {report.ModelSha256[..12]}....\n\n");
        text.Append(CultureInfo.InvariantCulture, $"{ReportText.Normalisation}\n\n{ReportText.Mixing}\n\n{ReportText.Intervals(report)}\n\n{ReportText.Compute}\n");
        Table[] tables =
        [
            ReportTables.ErrorRates(report),
            ReportTables.Orderings(report),
            ReportTables.Decoding(report),
            ReportTables.Scorecards(report),
            ReportTables.Results(report),
            ReportTables.Noises(report),
            ReportTables.Speakers(report),
        ];
        foreach (var table in tables.Where(table => table.Rows.Count > 0))
            text.Append(CultureInfo.InvariantCulture, $"\n## {table.Title}\n\n{table.ToMarkdown()}");
        AppendWorst(report, text);
        return text.ToString();
    }

    private static void AppendWorst(EvalReport report, StringBuilder text)
    {
        if (report.Settings.Worst == 0) return;
        text.Append("\n## Worst utterances\n\nReference above hypothesis, word by word; `***` stands where one of them has no word.\n");
        foreach (var result in report.Results)
        {
            var worst = WorstUtterances.Render(result, report.Settings.Worst);
            if (worst.Length > 0) text.Append(CultureInfo.InvariantCulture, $"\n{result.Stream.Name}, {result.Strategy.Label}:\n\n```\n{worst}```\n");
        }
    }
}
