namespace Attune.Recognition.Decoding;

/// <summary>One of the transcripts that a beam search found.</summary>
/// <param name="Transcript">Words with times and confidence, by the best alignment of this transcript.</param>
/// <param name="AcousticScore">Natural logarithm of its probability given the sound: of all alignments that the beam kept, or of the best one for a beam of 1.</param>
/// <param name="LanguageScore">What language model, word bonus and hotwords add; 0 without them.</param>
public sealed record Alternative(Transcript Transcript, double AcousticScore, double LanguageScore)
{
    /// <summary>What alternatives are ordered by.</summary>
    public double Score => AcousticScore + LanguageScore;
}
