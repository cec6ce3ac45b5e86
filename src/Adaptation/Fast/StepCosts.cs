using System.Numerics;

namespace Attune.Adaptation.Fast;

/// <summary>What one step costs, by the length of the utterance, as it was measured of late on this machine under its present load, and how late answers come.</summary>
/// <remarks>
/// Lengths are told apart by powers of two; for each there is an upper envelope of the time per second of audio, which follows a rise at once and a fall slowly, so that
/// budgets are kept more often than not. A length that was not met yet costs as much per second as the nearest one that was. What remains, since the last pass, other
/// threads and the way back take longer than thought now and then, is looked at by itself: budgets keep free what all but one in a hundred answers of the length needed, and, while
/// an answer was late of late, what all but one in a hundred of any length did: what made it late makes others late too, whatever their length.
/// A cost that keeps steps from being tried is believed less with each of them, since the load that it was measured under may have gone; but not while an answer was late of late, or else
/// one in ten would be: steps would be tried, be late, be kept from being tried and be tried again. Thread-safe.
/// </remarks>
public sealed class StepCosts
{
    private const double Rise = 0.5, Fall = 0.05;

    /// <summary>From below a quarter of a second to more than two minutes.</summary>
    private const int Buckets = 11;

    /// <summary>Answers that are remembered, and how many of these may come later than what is kept free.</summary>
    private const int Delays = 200, Later = 2;

    /// <summary>Answers in a row that must have come within their budgets before a cost is doubted: what is tried costs at most one in as many.</summary>
    private const int InTimeBeforeDoubt = 200;

    private readonly double[] _perSecond = new double[Buckets]; // 0 where nothing was measured
    private readonly Queue<TimeSpan>?[] _delays = new Queue<TimeSpan>?[Buckets];
    private readonly Queue<TimeSpan> _delaysOfAll = new(Delays);
    private readonly Lock _lock = new();
    private int _inTime = InTimeBeforeDoubt;

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

    /// <summary>Remembers whether an answer with a budget came in time, be it adapted or not.</summary>
    public void ObserveAnswer(bool late)
    {
        lock (_lock) _inTime = late ? 0 : Math.Min(_inTime + 1, InTimeBeforeDoubt);
    }

    /// <summary>
    /// Believes a cost a little less that has kept a step from being tried, and forgets the oldest delay: what was measured under load would otherwise hold for ever. Nothing
    /// while one of the last 200 answers was late.
    /// </summary>
    /// <param name="audio">Length of the utterance.</param>
    public void Doubt(TimeSpan audio)
    {
        lock (_lock)
        {
            if (_inTime < InTimeBeforeDoubt) return;
            if (Nearest(Bucket(audio)) is { } bucket) _perSecond[bucket] *= 1 - Fall;
            _delays[Bucket(audio)]?.TryDequeue(out _);
        }
    }

    /// <summary>What a step will probably take; zero if none was ever measured.</summary>
    /// <param name="audio">Length of the utterance.</param>
    public TimeSpan Predict(TimeSpan audio)
    {
        lock (_lock) return Nearest(Bucket(audio)) is { } bucket ? _perSecond[bucket] * audio : TimeSpan.Zero;
    }

    /// <summary>Remembers how much later than planned an answer with a budget was there.</summary>
    /// <param name="audio">Length of the utterance.</param>
    /// <param name="delay">Negative if it was early.</param>
    public void ObserveDelay(TimeSpan audio, TimeSpan delay)
    {
        lock (_lock)
        {
            Add(_delays[Bucket(audio)] ??= new Queue<TimeSpan>(Delays));
            Add(_delaysOfAll);
        }

        void Add(Queue<TimeSpan> delays)
        {
            if (delays.Count == Delays) delays.Dequeue();
            delays.Enqueue(delay);
        }
    }

    /// <summary>
    /// What a budget is to keep free, so that 99 of 100 answers come in time: the third longest delay of the last 200 of this length, of fewer than 100 the longest; and while one
    /// of the last 200 answers was late, no less than the same of all lengths together. At least zero.
    /// </summary>
    /// <param name="audio">Length of the utterance.</param>
    public TimeSpan Reserve(TimeSpan audio)
    {
        lock (_lock)
        {
            var own = AllButFew(_delays[Bucket(audio)]);
            var all = _inTime < InTimeBeforeDoubt ? AllButFew(_delaysOfAll) : 0;
            return TimeSpan.FromTicks(Math.Max(own, all));
        }

        static long AllButFew(Queue<TimeSpan>? delays) =>
            delays is { Count: > 0 } ? Math.Max(0, delays.OrderDescending().ElementAt(delays.Count * Later / Delays).Ticks) : 0;
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
