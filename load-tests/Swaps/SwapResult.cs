using System.Globalization;
using System.Runtime.InteropServices;

namespace Attune.Swaps;

/// <summary>What was measured.</summary>
internal sealed class SwapResult
{
    public required SwapRun Run { get; init; }

    /// <summary>Share of all cores that the server uses under the load alone.</summary>
    public required double BusyShare { get; init; }

    /// <summary>Seconds of each activation, sorted.</summary>
    public required double[] SwapSeconds { get; init; }

    /// <summary>Latencies of each client before and after the activations, in seconds, sorted.</summary>
    public required double[][] SteadyLatencies { get; init; }

    /// <summary>The same during them.</summary>
    public required double[][] SwapLatencies { get; init; }

    public required IReadOnlyList<string> Failures { get; init; }

    /// <summary>Activations before those that are counted.</summary>
    public required int WarmUpCount { get; init; }

    /// <summary>Resident memory under the load alone before any activation, once a second, sorted.</summary>
    public required long[] BytesFirst { get; init; }

    /// <summary>As before, after the activations that are not counted.</summary>
    public required long[] BytesBefore { get; init; }

    /// <summary>The highest of it during them.</summary>
    public required long BytesPeak { get; init; }

    /// <summary>As before, after them.</summary>
    public required long[] BytesAfter { get; init; }

    /// <summary>Resident memory at rest before any activation, looked at several times, sorted.</summary>
    public required long[] RestFirst { get; init; }

    /// <summary>As before, after the activations that are not counted.</summary>
    public required long[] RestBefore { get; init; }

    /// <summary>As before, after them.</summary>
    public required long[] RestAfter { get; init; }

    public string ToMarkdown()
    {
        var lines = new List<string>
        {
            Text($"{SwapSeconds.Length} activations of `{Path.GetFileName(Run.First)}` and `{Path.GetFileName(Run.Second)}` in turn, one every {Run.Interval.TotalSeconds:0.##} s at most, gate asked. ")
                + Text($"{Environment.ProcessorCount} logical cores, {RuntimeInformation.OSDescription.Trim()}, {RuntimeInformation.FrameworkDescription}."),
            Text($"Load: {Run.Rate} recordings a second that are recognised and {Run.Rate / 4} that are adapted to, sent whether or not earlier ones were answered; ")
                + Text($"without activations they take {100 * BusyShare:0} % of the cores."),
            "",
            "| | |",
            "|---|---|",
            Text($"| one activation, ms: median, 99 %, longest | {1000 * At(SwapSeconds, 0.5):0}, {1000 * At(SwapSeconds, 0.99):0}, {1000 * SwapSeconds[^1]:0} |"),
            Text($"| resident memory under the load, MB: median and range before any activation | {Memory(BytesFirst)} |"),
            Text($"| after {WarmUpCount} that are not counted | {Memory(BytesBefore)}, {Change(BytesBefore, BytesFirst)} |"),
            Text($"| after all | {Memory(BytesAfter)}, {Change(BytesAfter, BytesFirst)} |"),
            Text($"| highest during them | {BytesPeak / 1e6:0.0} |"),
            Text($"| resident memory at rest, after collections, MB: median and range before any activation | {Memory(RestFirst)} |"),
            Text($"| after {WarmUpCount} that are not counted | {Memory(RestBefore)}, {Change(RestBefore, RestFirst)} |"),
            Text($"| after all | {Memory(RestAfter)}, {Change(RestAfter, RestFirst)}; {Change(RestAfter, RestBefore)} since the {WarmUpCount} |"),
        };
        string[] names = ["recognised", "adapted to, 2 steps, in a domain"];
        for (var i = 0; i < SteadyLatencies.Length; i++)
        {
            var (steady, swap) = (SteadyLatencies[i], SwapLatencies[i]);
            lines.Add(Text($"| {names[i]}, ms: median, 95 %, 99 % | steady {Row(steady)}; during activations {Row(swap)}; 99 % x {At(swap, 0.99) / At(steady, 0.99):0.00} |"));
        }

        if (SteadyLatencies.Length > 0)
            lines.Add(Text($"| calls: steady, during activations, failed | {SteadyLatencies.Sum(all => all.Length)}, {SwapLatencies.Sum(all => all.Length)}, {Failures.Count} |"));
        lines.AddRange(Failures.Distinct().Take(5).Select(failure => $"\n{failure}"));
        return string.Join('\n', lines) + "\n";
    }

    private static string Row(double[] sorted) => Text($"{1000 * At(sorted, 0.5):0}, {1000 * At(sorted, 0.95):0}, {1000 * At(sorted, 0.99):0}");

    private static string Change(long[] sorted, long[] from) => Text($"{100.0 * (Median(sorted) - Median(from)) / Median(from):+0.0;-0.0} %");

    private static string Memory(long[] sorted) => Text($"{Median(sorted) / 1e6:0.0} ({sorted[0] / 1e6:0.0} to {sorted[^1] / 1e6:0.0})");

    private static long Median(long[] sorted) => sorted[sorted.Length / 2];

    private static double At(double[] sorted, double share) => sorted.Length == 0 ? double.NaN : sorted[Math.Min(sorted.Length - 1, (int)(share * sorted.Length))];

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
