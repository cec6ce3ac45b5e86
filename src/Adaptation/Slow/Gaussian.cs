namespace Attune.Adaptation.Slow;

/// <summary>A normal distribution fitted to samples.</summary>
/// <param name="Mean">Mean.</param>
/// <param name="Deviation">Standard deviation, from 0.</param>
public sealed record Gaussian(double Mean, double Deviation)
{
    /// <summary>How many standard errors the mean of some samples lies above <see cref="Mean"/>.</summary>
    public double StandardErrors(double mean, int samples) => (mean - Mean) / (Deviation / Math.Sqrt(samples));
}
