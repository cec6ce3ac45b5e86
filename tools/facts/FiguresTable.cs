using System.Globalization;
using Attune.Adaptation.Text.Editing;
using Attune.Evaluation.Statistics;

namespace Attune.Facts;

/// <summary>Figures of facts as rows of a table: shares in percent with 95 % bootstrap intervals over facts, and mean divergences in nats.</summary>
internal static class FiguresTable
{
    public const string Header = "| way | reliability | generality | neighbours kept | KL | unrelated kept | KL |\n|---|---|---|---|---|---|---|";

    public static string Row(string way, IReadOnlyList<EditFigures> figures) => string.Join(
        " | ",
        [
            "| " + way,
            Share(figures, figure => (figure.IsReliable ? 1 : 0, 1)),
            Share(figures, figure => (figure.Followed, figure.Paraphrases)),
            Share(figures, figure => (figure.Neighbours.Kept, figure.Neighbours.Prompts)),
            figures.Average(figure => figure.Neighbours.DivergenceNats).ToString("0.000", CultureInfo.InvariantCulture),
            Share(figures, figure => (figure.Unrelated.Kept, figure.Unrelated.Prompts)),
            figures.Average(figure => figure.Unrelated.DivergenceNats).ToString("0.000", CultureInfo.InvariantCulture) + " |",
        ]);

    private static string Share(IEnumerable<EditFigures> figures, Func<EditFigures, (int Count, int Total)> count)
    {
        var rate = new PairedBootstrap().Interval(figures.Select((figure, i) =>
        {
            var (good, total) = count(figure);
            return new PairedErrors(null, i.ToString(CultureInfo.InvariantCulture), 0, good, total);
        }));
        return string.Create(CultureInfo.InvariantCulture, $"{100 * rate.Difference:0.0} [{100 * rate.Low:0.0}, {100 * rate.High:0.0}]");
    }
}
