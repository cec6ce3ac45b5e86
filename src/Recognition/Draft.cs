using Attune.Recognition.Acoustic;
using Attune.Recognition.Decoding;

namespace Attune.Recognition;

/// <summary>One utterance recognised without fast update, with what a fast update can build on.</summary>
/// <param name="Waveform">The samples as the model heard them, normalised if it asks for that.</param>
/// <param name="Logits">Shape (T', V).</param>
/// <param name="Hidden">What enters the last K layers; null if the session does not give it.</param>
/// <param name="Transcript">The words.</param>
public sealed record Draft(ReadOnlyMemory<float> Waveform, Logits Logits, HiddenStates? Hidden, Transcript Transcript);
