namespace Attune.Adaptation.Training;

/// <summary>The file <c>learning-curve.csv</c> of a speech model: one row for each report, with error rates where there was a validation.</summary>
internal sealed class LearningCurve
{
    private readonly CurveFile _file;
    private readonly IReadOnlyList<ValidationSet> _sets;

    /// <param name="path">The file; see <see cref="CurveFile"/> for what is kept of one that is there.</param>
    /// <param name="sets">The validation sets.</param>
    /// <param name="resumedStep">Step that training goes on from.</param>
    public LearningCurve(string path, IReadOnlyList<ValidationSet> sets, int resumedStep)
    {
        _sets = sets;
        var rates = sets.SelectMany(set => Columns(set).Select(column => $"{set.Name} {column}"));
        _file = new CurveFile(path, ["epoch", "hours", "learning_rate", "loss", "gradient_norm", "throughput", .. rates], resumedStep);
    }

    /// <summary>Adds a row.</summary>
    public void Add(TrainingProgress progress)
    {
        List<double> cells =
        [
            progress.Epoch, progress.Heard.TotalHours, progress.LearningRate, progress.Loss, progress.GradientNorm, progress.Throughput,
        ];
        foreach (var set in _sets)
        {
            var result = progress.IsValidation ? progress.Validation.FirstOrDefault(result => result.Name == set.Name) : null;
            double?[] values = [result?.Words.Rate, result?.Characters.Rate, result?.Loss, result?.Locality];
            cells.AddRange(values.Take(Columns(set).Length).Select(value => value ?? double.NaN));
        }

        _file.Add(progress.Step, cells);
    }

    private static string[] Columns(ValidationSet set) => set.IsGuard ? ["wer", "cer", "loss", "locality"] : ["wer", "cer", "loss"];
}
