namespace Attune.Evaluation.Scoring;

/// <summary>One utterance of a stream with its errors.</summary>
/// <remarks>Immutable.</remarks>
public sealed class ScoredUtterance
{
    /// <summary>Aligns the transcripts.</summary>
    /// <param name="recording">Which recording it is.</param>
    /// <param name="speaker">Who speaks; null if not known.</param>
    /// <param name="condition">What it was heard in.</param>
    /// <param name="reference">What was said.</param>
    /// <param name="hypothesis">What was recognised.</param>
    public ScoredUtterance(string recording, string? speaker, string condition, string reference, string hypothesis)
    {
        Recording = recording;
        Speaker = speaker;
        Condition = condition;
        Hypothesis = hypothesis;
        Alignment = WordErrorRate.Compute(reference, hypothesis);
        Words = EditCounts.Of(Alignment);
        Characters = EditCounts.Of(CharacterErrorRate.Align(reference, hypothesis));
    }

    /// <summary>Which recording it is.</summary>
    public string Recording { get; }

    /// <summary>Who speaks; null if not known.</summary>
    public string? Speaker { get; }

    /// <summary>What it was heard in.</summary>
    public string Condition { get; }

    /// <summary>What was recognised, as it was given.</summary>
    public string Hypothesis { get; }

    /// <summary>Word by word.</summary>
    public EditAlignment Alignment { get; }

    /// <summary>Word edits.</summary>
    public EditCounts Words { get; }

    /// <summary>Character edits.</summary>
    public EditCounts Characters { get; }
}
