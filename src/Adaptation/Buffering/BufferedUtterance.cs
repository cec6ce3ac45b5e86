namespace Attune.Adaptation.Buffering;

/// <summary>An utterance that was served and that its domain may learn from.</summary>
/// <param name="Id">Unique in its domain; the answer carries it.</param>
/// <param name="Domain">The domain that it belongs to.</param>
/// <param name="Samples">The waveform at the model's rate, before normalisation: exactly what was recognised.</param>
/// <param name="Time">When it was served.</param>
/// <param name="Revision">Number of the revision that it was served from; 0 is the model itself.</param>
/// <param name="Draft">The draft's text.</param>
/// <param name="Final">The final's text.</param>
/// <remarks>Immutable. Personal data: it expires, is deleted with its domain, and is never logged.</remarks>
public sealed record BufferedUtterance(
    string Id, string Domain, ReadOnlyMemory<float> Samples, DateTimeOffset Time, long Revision, string Draft, string Final);
