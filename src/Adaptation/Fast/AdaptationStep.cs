namespace Attune.Adaptation.Fast;

/// <summary>What one gradient step found before it changed the parameters.</summary>
/// <param name="Loss">What is minimised; SUTA's is 0.3 entropy + 0.7 class confusion.</param>
/// <param name="Entropy">Mean entropy of the frames that are not blank, in nats.</param>
/// <param name="ClassConfusion">Minimum class confusion; 0 of objectives without it.</param>
/// <param name="AllBlank">Whether no frame was anything but blank.</param>
/// <param name="GradientNorm">L2 norm of the gradient over all adaptable parameters.</param>
/// <param name="Elapsed">Time of the step.</param>
public sealed record AdaptationStep(double Loss, double Entropy, double ClassConfusion, bool AllBlank, double GradientNorm, TimeSpan Elapsed);
