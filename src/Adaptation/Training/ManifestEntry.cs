namespace Attune.Adaptation.Training;

/// <summary>One utterance of a manifest.</summary>
/// <param name="Line">Its line, from 1.</param>
/// <param name="AudioPath">Full path of the recording.</param>
/// <param name="Duration">Length as the manifest states it.</param>
/// <param name="Text">Transcript in the case of the vocabulary, words joined by one space.</param>
/// <param name="Labels">The transcript's symbols.</param>
public sealed record ManifestEntry(int Line, string AudioPath, TimeSpan Duration, string Text, int[] Labels);
