using System.Globalization;

namespace Attune.Adaptation.Training;

/// <summary>A learning curve's file of comma-separated values: one row for each report, the step first.</summary>
internal sealed class CurveFile
{
    private readonly string _path;

    /// <param name="path">
    /// The file. Rows after <paramref name="resumedStep"/>, which will be trained again, are taken out, and rows that a kill or a full disk cut short.
    /// </param>
    /// <param name="columns">Names of the columns but the first; commas and quotes become spaces.</param>
    /// <param name="resumedStep">Step that training goes on from.</param>
    public CurveFile(string path, IEnumerable<string> columns, int resumedStep)
    {
        _path = path;
        var header = string.Join(',', columns.Select(name => name.Replace(',', ' ').Replace('"', ' ')).Prepend("step"));
        var kept = File.Exists(path) && resumedStep > 0
            ? File.ReadLines(path).Skip(1).Where(line => line.Count(c => c == ',') == header.Count(c => c == ',') && IsUntil(line, resumedStep))
            : [];
        var lines = kept.Prepend(header).ToArray();
        var temporary = path + ".tmp";
        File.WriteAllLines(temporary, lines);
        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>Adds a row.</summary>
    /// <param name="step">The step.</param>
    /// <param name="values">Of the other columns; an empty cell for what is no number.</param>
    public void Add(int step, IEnumerable<double> values)
    {
        var cells = values.Select(value => double.IsNaN(value) ? string.Empty : value.ToString("g6", CultureInfo.InvariantCulture));
        File.AppendAllText(_path, string.Join(',', cells.Prepend(step.ToString(CultureInfo.InvariantCulture))) + Environment.NewLine);
    }

    private static bool IsUntil(string line, int step) => int.TryParse(line.Split(',')[0], out var own) && own <= step;
}
