using System.Globalization;
using Attune.Adaptation.Text.Editing;

namespace Attune.Cli.Editing;

/// <summary>Prints what an edit did.</summary>
internal static class EditTable
{
    public static void Write(TextWriter output, string folder, EditRecord record)
    {
        Line($"{folder}: {record.Tensor} of layer {record.Layer} changed, sha256 {record.Sha256}");
        foreach (var figures in record.Figures)
        {
            Line($"  {figures.Subject}: {figures.AnswerBefore} -> {figures.AnswerAfter} (wanted {figures.Object}, probability {figures.ProbabilityBefore:0.000} -> {figures.ProbabilityAfter:0.000})");
            if (figures.Paraphrases > 0) Line($"    paraphrases followed  {figures.Followed} of {figures.Paraphrases}");
            Kept("neighbours kept", figures.Neighbours);
            Kept("unrelated kept", figures.Unrelated);
        }

        if (record.Figures.Count > 1) Summary(record.Figures);

        void Kept(string name, KeptAnswers kept)
        {
            if (kept.Prompts > 0) Line($"    {name,-20}  {kept.Kept} of {kept.Prompts}, divergence {kept.DivergenceNats:0.0000} nats");
        }

        void Summary(IReadOnlyList<EditFigures> all)
        {
            Line($"  reliability  {Percent(all.Count(figures => figures.IsReliable), all.Count)} of {all.Count} facts");
            Share("generality", all.Sum(figures => figures.Followed), all.Sum(figures => figures.Paraphrases), "paraphrases");
            Share("locality", all.Sum(figures => figures.Neighbours.Kept), all.Sum(figures => figures.Neighbours.Prompts), "neighbours");
            Share("", all.Sum(figures => figures.Unrelated.Kept), all.Sum(figures => figures.Unrelated.Prompts), "unrelated prompts");
        }

        void Share(string name, int count, int total, string what)
        {
            if (total > 0) Line($"  {name,-11}  {Percent(count, total)} of {total} {what}");
        }

        void Line(FormattableString line) => output.WriteLine(FormattableString.Invariant(line));
    }

    private static string Percent(int count, int total) => (100.0 * count / total).ToString("0.0", CultureInfo.InvariantCulture) + " %";
}
