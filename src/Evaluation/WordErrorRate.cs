namespace Attune.Evaluation;

/// <summary>Word error rate: word edits per word of the reference.</summary>
public static class WordErrorRate
{
    /// <summary>Aligns the words of two texts after <see cref="TextNormalizer"/>.</summary>
    /// <returns>The alignment; its <see cref="EditAlignment.ErrorRate"/> is the word error rate.</returns>
    public static EditAlignment Compute(string reference, string hypothesis) =>
        EditAlignment.Compute(TextNormalizer.Words(reference), TextNormalizer.Words(hypothesis));
}
