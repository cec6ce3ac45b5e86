namespace Attune.Adaptation.Gate;

/// <summary>One question to a candidate and its answer.</summary>
/// <param name="Question">What was asked.</param>
/// <param name="Figure">What was measured; null if there was nothing to measure it on. Not a number if the measurement was none.</param>
/// <param name="Threshold">The bound that the figure must keep; whether from below or above depends on the question.</param>
/// <param name="Samples">Utterances or clips that it was measured on; 0 if there was none.</param>
/// <param name="Passed">Whether the figure keeps the bound; true where nothing was measured.</param>
public sealed record GateCheck(GateQuestion Question, double? Figure, double Threshold, int Samples, bool Passed);
