namespace Attune.Evaluation.Statistics;

/// <summary>A difference of error rates with its interval.</summary>
/// <param name="Difference">Rate of the candidate less that of the baseline: below 0 where the candidate is better. A fraction.</param>
/// <param name="Low">Lower bound of the interval.</param>
/// <param name="High">Upper bound of the interval.</param>
/// <param name="ResampledBy">What was drawn as a whole.</param>
/// <param name="Clusters">How many of those there are; below about ten the interval is too narrow.</param>
public sealed record RateDifference(double Difference, double Low, double High, ResamplingUnit ResampledBy, int Clusters);
