namespace Attune.Adaptation.Training;

/// <summary>Utterances and how often an epoch has them.</summary>
/// <param name="Utterances">At least one.</param>
/// <param name="Repeats">
/// Times that an epoch has each of them, above 0. A fraction takes that share of them, drawn anew for each epoch: this is how replay
/// mixes in a part of a larger corpus.
/// </param>
public sealed record TrainingSource(IReadOnlyList<TrainingUtterance> Utterances, double Repeats = 1)
{
    /// <summary>Experience replay: utterances of the source's domain among those of the new one.</summary>
    /// <remarks>
    /// Rolnick et al. 2019, "Experience replay for continual learning", arXiv 1811.11682: a share of every batch, not a phase of its own.
    /// </remarks>
    /// <param name="corpus">What is replayed.</param>
    /// <param name="ratio">Replayed utterances for each new one, above 0.</param>
    /// <param name="newUtterances">Number of new ones in an epoch.</param>
    public static TrainingSource Replay(IReadOnlyList<TrainingUtterance> corpus, double ratio, int newUtterances) =>
        new(corpus, ratio * newUtterances / corpus.Count);
}
