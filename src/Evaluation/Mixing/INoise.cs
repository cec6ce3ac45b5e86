namespace Attune.Evaluation.Mixing;

/// <summary>A noise of any length.</summary>
public interface INoise
{
    /// <summary>A stretch of it.</summary>
    /// <param name="length">Samples, at least 1.</param>
    /// <param name="random">Draws where it begins, or what it is.</param>
    /// <returns>Amplitudes that are not all 0, of any level. The caller's.</returns>
    float[] Excerpt(int length, Random random);
}
