namespace Attune.Cli.Evaluation;

/// <summary>What is printed in the end.</summary>
internal static class SummaryTable
{
    public static string Render(EvalReport report)
    {
        var table = ReportTables.ErrorRates(report);
        return $"{table.Title}\n{table.ToText()}";
    }
}
