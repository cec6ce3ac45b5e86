namespace Attune.Recognition.Decoding;

/// <summary>One recognised word.</summary>
/// <param name="Text">The word.</param>
/// <param name="Start">From the beginning of the audio, at the resolution of a frame.</param>
/// <param name="End">End of the last frame of its last symbol.</param>
/// <param name="Confidence">From 0 to 1; see <see cref="GreedyDecoder"/>.</param>
public sealed record Word(string Text, TimeSpan Start, TimeSpan End, double Confidence);

/// <summary>What was recognised in one utterance.</summary>
/// <param name="Text">The words, separated by single spaces.</param>
/// <param name="Words">The same with times.</param>
/// <param name="Confidence">From 0 to 1, over all symbols; 0 if there is none.</param>
public sealed record Transcript(string Text, IReadOnlyList<Word> Words, double Confidence)
{
    /// <summary>Nothing was recognised.</summary>
    public static Transcript Empty { get; } = new("", [], 0);
}
