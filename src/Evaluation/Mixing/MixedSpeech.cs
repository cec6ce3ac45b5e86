namespace Attune.Evaluation.Mixing;

/// <summary>Speech with noise.</summary>
/// <param name="Samples">Amplitudes, none beyond full scale.</param>
/// <param name="Gain">What both were multiplied by so that no sample lies beyond full scale; 1 where none did.</param>
public sealed record MixedSpeech(float[] Samples, double Gain);
