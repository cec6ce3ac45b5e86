namespace Attune.Adaptation.Text.Updates;

/// <summary>What one gradient step found before it changed the parameters.</summary>
/// <param name="Loss">Of the task, in nats.</param>
/// <param name="GradientNorm">L2 norm of the gradient.</param>
/// <param name="Elapsed">Time that it took.</param>
public sealed record TextStep(double Loss, double GradientNorm, TimeSpan Elapsed);
