using System.Globalization;

namespace Attune.Adaptation.Training;

/// <summary>The file <c>learning-curve.csv</c>: one row for each report, with error rates where there was a validation.</summary>
internal sealed class LearningCurve
{
    private readonly string _path;
    private readonly IReadOnlyList<ValidationSet> _sets;

    /// <param name="path">
    /// The file. Rows after <paramref name="resumedStep"/>, which will be trained again, are taken out, and rows that a kill or a full disk cut short.
    /// </param>
    /// <param name="sets">The validation sets.</param>
    /// <param name="resumedStep">Step that training goes on from.</param>
    public LearningCurve(string path, IReadOnlyList<ValidationSet> sets, int resumedStep)
    {
        _path = path;
        _sets = sets;
        var rates = sets.SelectMany(set => Columns(set).Select(column => $"{Quote(set.Name)} {column}"));
        var header = string.Join(',', ["step", "epoch", "hours", "learning_rate", "loss", "gradient_norm", "throughput", .. rates]);
        var kept = File.Exists(path) && resumedStep > 0
            ? File.ReadLines(path).Skip(1).Where(line => line.Count(c => c == ',') == header.Count(c => c == ',') && IsUntil(line, resumedStep))
            : [];
        var lines = kept.Prepend(header).ToArray();
        var temporary = path + ".tmp";
        File.WriteAllLines(temporary, lines);
        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>Adds a row.</summary>
    public void Add(TrainingProgress progress)
    {
        var cells = new List<string>
        {
            progress.Step.ToString(CultureInfo.InvariantCulture),
            progress.Epoch.ToString(CultureInfo.InvariantCulture),
            Number(progress.Heard.TotalHours),
            Number(progress.LearningRate),
            Number(progress.Loss),
            Number(progress.GradientNorm),
            Number(progress.Throughput),
        };
        foreach (var set in _sets)
        {
            var result = progress.IsValidation ? progress.Validation.FirstOrDefault(result => result.Name == set.Name) : null;
            double?[] values = [result?.Words.Rate, result?.Characters.Rate, result?.Loss, result?.Locality];
            cells.AddRange(values.Take(Columns(set).Length).Select(value => Number(value ?? double.NaN)));
        }

        File.AppendAllText(_path, string.Join(',', cells) + Environment.NewLine);
    }

    private static string[] Columns(ValidationSet set) => set.IsGuard ? ["wer", "cer", "loss", "locality"] : ["wer", "cer", "loss"];

    private static bool IsUntil(string line, int step) => int.TryParse(line.Split(',')[0], out var own) && own <= step;

    private static string Quote(string name) => name.Replace(',', ' ').Replace('"', ' ');

    private static string Number(double value) => double.IsNaN(value) ? string.Empty : value.ToString("g6", CultureInfo.InvariantCulture);
}
