using System.Diagnostics;

namespace Attune.Streaming;

/// <summary>Requests that arrive at random (Poisson), whether or not those before were answered (open loop).</summary>
internal static class Arrivals
{
    /// <param name="rate">A second, on average.</param>
    /// <param name="duration">How long they arrive.</param>
    /// <param name="seed">Decides when.</param>
    /// <param name="ask">Begins a request: its number, from 0, and the timestamp at which it was due, which it is timed from.</param>
    public static async Task RunAsync(double rate, TimeSpan duration, int seed, Action<int, long> ask)
    {
        var random = new Random(seed);
        var started = Stopwatch.GetTimestamp();
        var due = TimeSpan.Zero;
        for (var number = 0; (due += TimeSpan.FromSeconds(-Math.Log(1 - random.NextDouble()) / rate)) < duration; number++)
        {
            var wait = due - Stopwatch.GetElapsedTime(started);
            if (wait > TimeSpan.Zero) await Task.Delay(wait);
            ask(number, started + (long)(due.TotalSeconds * Stopwatch.Frequency));
        }
    }
}
