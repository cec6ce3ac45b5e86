using System.Numerics;

namespace Attune.Adaptation.Fast;

/// <summary>What one step costs, by the length of the utterance, as it was measured of late on this machine under its present load.</summary>
/// <remarks>
/// Lengths are told apart by powers of two; for each there is an upper envelope of the time per second of audio, which follows a rise at once and a fall slowly, so that
/// budgets are kept more often than not. A length that was not met yet costs as much per second as the nearest one that was. Thread-safe.
/// </remarks>
public sealed class StepCosts
{
    private const double Rise = 0.5, Fall = 0.05;

    /// <summary>From below a quarter of a second to more than two minutes.</summary>
    private const int Buckets = 11;

    private readonly double[] _perSecond = new double[Buckets]; // 0 where nothing was measured
    private readonly Lock _lock = new();

    /// <summary>Remembers what a step took.</summary>
    /// <param name="audio">Length of the utterance, above 0.</param>
    /// <param name="step">Time of the step.</param>
    public void Observe(TimeSpan audio, TimeSpan step)
    {
        var measured = step / audio;
        lock (_lock)
        {
            ref var cost = ref _perSecond[Bucket(audio)];
            cost = cost == 0 ? measured : cost + ((measured > cost ? Rise : Fall) * (measured - cost));
        }
    }

    /// <summary>Believes a cost a little less that has kept a step from being tried: what was measured under load would otherwise hold for ever.</summary>
    /// <param name="audio">Length of the utterance.</param>
    public void Doubt(TimeSpan audio)
    {
        lock (_lock)
        {
            if (Nearest(Bucket(audio)) is { } bucket) _perSecond[bucket] *= 1 - Fall;
        }
    }

    /// <summary>What a step will probably take; zero if none was ever measured.</summary>
    /// <param name="audio">Length of the utterance.</param>
    public TimeSpan Predict(TimeSpan audio)
    {
        lock (_lock) return Nearest(Bucket(audio)) is { } bucket ? _perSecond[bucket] * audio : TimeSpan.Zero;
    }

    private int? Nearest(int bucket)
    {
        for (var distance = 0; distance < Buckets; distance++)
        {
            // Longer utterances first: attention makes them the dearer ones.
            if (At(bucket + distance) > 0) return bucket + distance;
            if (At(bucket - distance) > 0) return bucket - distance;
        }

        return null;
    }

    private double At(int bucket) => bucket is >= 0 and < Buckets ? _perSecond[bucket] : 0;

    private static int Bucket(TimeSpan audio) => Math.Min(BitOperations.Log2((uint)Math.Max(1, audio.TotalSeconds * 4)), Buckets - 1);
}
