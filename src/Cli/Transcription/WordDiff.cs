using Attune.Evaluation;

namespace Attune.Cli.Transcription;

/// <summary>Shows what became of a draft: its words, with those that went and those that came in their place.</summary>
internal static class WordDiff
{
    /// <summary>The normalised words of both; empty if they are the same.</summary>
    public static string Render(string draft, string final, Ink ink)
    {
        var words = TextNormalizer.Words(draft);
        var alignment = EditAlignment.Compute(words, TextNormalizer.Words(final));
        if (alignment.Changes.Count == 0) return "";

        var pieces = new List<string>();
        var next = 0;
        foreach (var change in alignment.Changes)
        {
            pieces.AddRange(words.Skip(next).Take(change.ReferenceStart - next));
            var removed = change.Reference.Count > 0 ? ink.Removed(string.Join(' ', change.Reference)) : "";
            var added = change.Hypothesis.Count > 0 ? ink.Added(string.Join(' ', change.Hypothesis)) : "";
            // In colour alone the two need a space to be told apart.
            pieces.Add(ink.HasColor && removed.Length > 0 && added.Length > 0 ? $"{removed} {added}" : removed + added);
            next = change.ReferenceStart + change.Reference.Count;
        }

        pieces.AddRange(words.Skip(next));
        return string.Join(' ', pieces);
    }
}
