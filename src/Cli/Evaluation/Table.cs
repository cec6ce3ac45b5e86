using System.Text;

namespace Attune.Cli.Evaluation;

/// <summary>Rows of text under a header; the first column is text, the others are mostly numbers.</summary>
/// <param name="Title">What it shows.</param>
/// <param name="Header">One for each column.</param>
/// <param name="Rows">As many cells each as the header.</param>
internal sealed record Table(string Title, IReadOnlyList<string> Header, IReadOnlyList<IReadOnlyList<string>> Rows)
{
    /// <summary>Columns of text that end where the widest cell does.</summary>
    public string ToText()
    {
        var widths = Header.Select((title, column) => Rows.Select(row => row[column].Length).Append(title.Length).Max()).ToArray();
        var text = new StringBuilder();
        foreach (var row in Rows.Prepend(Header))
            text.AppendJoin("  ", row.Select((cell, column) => column == 0 ? cell.PadRight(widths[0]) : cell.PadLeft(widths[column]))).Append('\n');
        return text.ToString();
    }

    /// <summary>A table of GitHub's Markdown.</summary>
    public string ToMarkdown()
    {
        var text = new StringBuilder();
        void Line(IEnumerable<string> cells) => text.Append("| ").AppendJoin(" | ", cells.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal))).Append(" |\n");
        Line(Header);
        Line(Header.Select((_, column) => column == 0 ? "---" : "---:"));
        foreach (var row in Rows) Line(row);
        return text.ToString();
    }
}
