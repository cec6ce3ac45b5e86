using System.Diagnostics;

namespace Attune.Streaming;

/// <summary>What work costs of the processor: that of all threads of this process.</summary>
internal static class ProcessorTime
{
    /// <summary>Milliseconds of each of some runs, after one that does not count.</summary>
    public static IReadOnlyList<double> Measure(int runs, Action action)
    {
        action();
        var costs = new List<double>();
        for (var i = 0; i < runs; i++)
        {
            var started = Environment.CpuUsage.TotalTime;
            action();
            costs.Add((Environment.CpuUsage.TotalTime - started).TotalMilliseconds);
        }

        return costs;
    }

    /// <summary>Cores that were busy on average while something went on.</summary>
    public static async Task<(T Result, double Cores)> BusyAsync<T>(Func<Task<T>> work)
    {
        var (cost, started) = (Environment.CpuUsage.TotalTime, Stopwatch.GetTimestamp());
        var result = await work();
        return (result, (Environment.CpuUsage.TotalTime - cost) / Stopwatch.GetElapsedTime(started));
    }
}
