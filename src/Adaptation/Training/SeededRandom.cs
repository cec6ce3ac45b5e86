namespace Attune.Adaptation.Training;

/// <summary>Randomness that depends on a seed and on what it is for, not on what was drawn before.</summary>
/// <remarks>
/// A generator for each epoch, utterance and step makes a training that is resumed draw what it would have drawn without stopping:
/// the random state of a checkpoint is its position.
/// </remarks>
internal static class SeededRandom
{
    /// <summary>A generator for one purpose.</summary>
    /// <param name="seed">The training's seed.</param>
    /// <param name="purpose">Tells uses apart, for example <c>masks</c>.</param>
    /// <param name="indices">Which one of them.</param>
    public static Random For(int seed, string purpose, params ReadOnlySpan<long> indices) => new((int)Mix(seed, purpose, indices));

    /// <summary>A seed for one purpose; the same on every machine.</summary>
    public static uint Mix(int seed, string purpose, params ReadOnlySpan<long> indices)
    {
        var state = (ulong)seed;
        foreach (var character in purpose) state = Scramble(state ^ character);
        foreach (var index in indices) state = Scramble(state ^ (ulong)index);
        return (uint)(Scramble(state) >> 33);
    }

    /// <summary>The output function of splitmix64 (Steele, Lea and Flood 2014): a well mixed word for each counter.</summary>
    public static ulong Scramble(ulong value)
    {
        unchecked
        {
            value += 0x9E3779B97F4A7C15;
            value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
            value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
            return value ^ (value >> 31);
        }
    }

    /// <summary>Normal with mean 0 and variance 1 (Box and Muller 1958).</summary>
    public static double Normal(this Random random)
    {
        var radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
        return radius * Math.Cos(2 * Math.PI * random.NextDouble());
    }

    /// <summary>Uniform between two bounds.</summary>
    public static double Between(this Random random, double low, double high) => low + ((high - low) * random.NextDouble());
}
