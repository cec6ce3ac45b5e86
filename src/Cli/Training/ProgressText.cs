using System.Globalization;
using Attune.Adaptation.Training;

namespace Attune.Cli.Training;

/// <summary>A training's progress in words.</summary>
internal static class ProgressText
{
    /// <summary>One line that stands alone.</summary>
    public static string Line(TrainingProgress progress)
    {
        var position = string.Create(
            CultureInfo.InvariantCulture,
            $"step {progress.Step}/{progress.TotalSteps}  epoch {progress.Epoch + 1}  {progress.Heard.TotalHours:0.00} h heard");
        string[] parts = [position, Brief(progress), progress.IsValidation ? Rates(progress.Validation) : ""];
        return string.Join("  ", parts.Where(part => part.Length > 0));
    }

    /// <summary>What is shown beside the bar: loss, pace, time left, and the last word error rate.</summary>
    public static string Brief(TrainingProgress progress)
    {
        var parts = new List<string>();
        if (!double.IsNaN(progress.Loss)) parts.Add(string.Create(CultureInfo.InvariantCulture, $"loss {progress.Loss:0.0000}"));
        if (!double.IsNaN(progress.Throughput))
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"{progress.Throughput:0.#} x real time  {Left(progress.Remaining)} left"));
        if (!progress.IsValidation && progress.Validation.Count > 0)
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"last WER {100 * progress.Validation[0].Words.Rate:0.0} %"));
        return string.Join("  ", parts);
    }

    /// <summary>Error rates, set by set, and locality of a guard.</summary>
    public static string Rates(IReadOnlyList<ValidationResult> results) => string.Join("  ", results.Select(result => string.Create(
        CultureInfo.InvariantCulture,
        $"| {result.Name} WER {100 * result.Words.Rate:0.0} % CER {100 * result.Characters.Rate:0.0} %{Locality(result)}")));

    private static string Locality(ValidationResult result) =>
        result.Locality is { } locality ? string.Create(CultureInfo.InvariantCulture, $" locality {locality:0.000}") : "";

    private static string Left(TimeSpan time) =>
        time.ToString(time.TotalDays >= 1 ? @"d\.hh\:mm\:ss" : @"hh\:mm\:ss", CultureInfo.InvariantCulture);
}
