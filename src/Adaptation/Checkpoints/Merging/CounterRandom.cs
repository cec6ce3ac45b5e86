using Attune.Adaptation.Training;

namespace Attune.Adaptation.Checkpoints.Merging;

/// <summary>Random numbers by index: the same for every order in which they are asked for, and on every machine.</summary>
/// <param name="seed">Tells sequences apart.</param>
internal readonly struct CounterRandom(ulong seed)
{
    /// <summary>Uniform from 0 up to, but without, 1.</summary>
    public double this[int index] => (SeededRandom.Scramble(seed + (ulong)index) >> 11) * (1.0 / (1UL << 53));

    /// <summary>A seed for one part of what a seed is for.</summary>
    public static ulong Derive(ulong seed, string part)
    {
        foreach (var character in part) seed = SeededRandom.Scramble(seed ^ character);
        return SeededRandom.Scramble(seed);
    }

    /// <summary>A seed for one of several.</summary>
    public static ulong Derive(ulong seed, int index) => SeededRandom.Scramble(SeededRandom.Scramble(seed) ^ (ulong)index);
}
