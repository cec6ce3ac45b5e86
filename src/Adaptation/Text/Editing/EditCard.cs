using System.Globalization;
using System.Text;

namespace Attune.Adaptation.Text.Editing;

/// <summary>The card of an edited model: Markdown with the metadata that Hugging Face reads.</summary>
internal static class EditCard
{
    /// <summary>Its text; the same edit gives the same text.</summary>
    /// <param name="name">The edited model's name.</param>
    /// <param name="record">What was done.</param>
    public static string Write(string name, EditRecord record)
    {
        var text = new StringBuilder("---\npipeline_tag: text-generation\ntags:\n  - text\n  - model-editing\n---\n\n");
        text.Append(CultureInfo.InvariantCulture, $"# {name}\n\n{record.SourceName} with {record.Figures.Count} edited {(record.Figures.Count == 1 ? "fact" : "facts")} in `{record.Tensor}` (layer {record.Layer}), ");
        text.Append("by ROME's closed form (arXiv 2202.05262). Nothing else differs. The tensor as it was lies in `edits`; `attune edit undo` puts it back.\n\n");
        text.Append(CultureInfo.InvariantCulture, $"| | SHA-256 of the weights |\n|---|---|\n| before | `{record.SourceSha256}` |\n| after | `{record.Sha256}` |\n\n");
        text.Append("| subject | answer before | answer after | wanted | probability | paraphrases | neighbours kept | unrelated kept |\n|---|---|---|---|---|---|---|---|\n");
        foreach (var figures in record.Figures)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {figures.Subject} | {figures.AnswerBefore} | {figures.AnswerAfter} | {figures.Object} ");
            text.Append(CultureInfo.InvariantCulture, $"| {figures.ProbabilityBefore:0.000} to {figures.ProbabilityAfter:0.000} | {figures.Followed} of {figures.Paraphrases} ");
            text.Append(CultureInfo.InvariantCulture, $"| {figures.Neighbours.Kept} of {figures.Neighbours.Prompts} | {figures.Unrelated.Kept} of {figures.Unrelated.Prompts} |\n");
        }

        return text.ToString();
    }
}
