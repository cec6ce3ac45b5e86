using System.Diagnostics;
using System.Globalization;
using Attune.Adaptation;

namespace Attune.Benchmarks;

/// <summary>Seconds of several runs of one operation, and the most resident memory during them.</summary>
internal sealed record Measurement(string Model, double AudioSeconds, string Operation, IReadOnlyList<double> Seconds, double PeakMegabytes)
{
    /// <summary>The middle run.</summary>
    public double Median => Seconds.Order().ElementAt(Seconds.Count / 2);

    /// <summary>A row of the results' table.</summary>
    public string ToMarkdown()
    {
        var perSecond = AudioSeconds > 0 ? (Median / AudioSeconds).ToString("0.000", CultureInfo.InvariantCulture) : "";
        var audio = AudioSeconds > 0 ? AudioSeconds.ToString("0", CultureInfo.InvariantCulture) : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"| {Model} | {audio} | {Operation} | {Median:0.0000} | {Seconds.Min():0.0000} to {Seconds.Max():0.0000} | {Seconds.Count} | {perSecond} | {PeakMegabytes:0} |");
    }

    /// <summary>Times an operation after one run that does not count.</summary>
    public static Measurement Time(string model, double audioSeconds, string operation, int runs, Action action)
    {
        action();
        ResetPeak();
        var seconds = new List<double>();
        for (var i = 0; i < runs; i++)
        {
            var started = Stopwatch.GetTimestamp();
            action();
            seconds.Add(Stopwatch.GetElapsedTime(started).TotalSeconds);
        }

        return new Measurement(model, audioSeconds, operation, seconds, Peak());
    }

    /// <summary>Makes the kernel forget the process's highest resident memory so far (proc(5), clear_refs).</summary>
    public static void ResetPeak()
    {
#pragma warning disable RS0030 // What earlier measurements have left to the collector is not to be counted to this one.
        GC.Collect();
#pragma warning restore RS0030
        TorchRuntime.ReturnFreedMemory();
        File.WriteAllText("/proc/self/clear_refs", "5");
    }

    /// <summary>Highest resident memory since the last reset, in MB.</summary>
    public static double Peak()
    {
        var line = File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        return long.Parse(line.AsSpan("VmHWM:".Length, line.Length - "VmHWM:".Length - " kB".Length), CultureInfo.InvariantCulture) / 1000.0;
    }
}
