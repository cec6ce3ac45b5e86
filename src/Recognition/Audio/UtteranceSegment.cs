namespace Attune.Recognition.Audio;

/// <summary>A stretch of a waveform.</summary>
/// <param name="StartSample">Index of its first sample.</param>
/// <param name="Length">Number of its samples, at least 1.</param>
public readonly record struct UtteranceSegment(int StartSample, int Length)
{
    /// <summary>Index of the first sample behind it.</summary>
    public int EndSample => StartSample + Length;
}
