using System.Diagnostics;
using System.Runtime.InteropServices;
using Attune.Text;
using Attune.Text.Inference;
using Attune.Text.Models;

namespace Attune.Benchmarks;

/// <summary>What reading and writing text costs a GPT-2 of the published shape, by the tokens that it has read before.</summary>
/// <param name="causal">Not disposed.</param>
/// <param name="runs">Counted runs of each number, after one that does not count.</param>
internal sealed class TextBenchmark(OnnxCausalModel causal, int runs)
{
    private static readonly int[] Lengths = [64, 256, 512, 960];

    /// <summary>Measures and prints a table.</summary>
    public static void Run(int runs, FileInfo? output)
    {
        var lines = new List<string>();
        void Report(string line)
        {
            lines.Add(line);
            Console.WriteLine(line);
        }

        Report("# Costs of text\n");
        Report($"GPT-2's shape (12 layers, 768 wide, 50,257 tokens, 124.4 M parameters) with random weights in ONNX Runtime; milliseconds, medians of {runs} runs with the lowest and the highest in brackets, after a run "
            + "that does not count. *a token*: one more token, with keys and values of those before. *again from the start*: the same without them, in one pass over all. *a piece*: "
            + $"{TextEngine.PieceTokens} more tokens, which a recognition waits for at most.\n");
        Report($"{Processor.Name()}, {Environment.ProcessorCount} logical cores, {RuntimeInformation.OSDescription.Trim()}, {RuntimeInformation.FrameworkDescription}.\n");
        Report("Made by `dotnet run -c Release --project load-tests/Benchmarks -- text --out load-tests/Benchmarks/TEXT.md`.\n");
        Report("| tokens before | a token | again from the start | a piece |");
        Report("|---|---|---|---|");
        using var model = TextModel.Open(RandomModel.CreateGpt2(Path.Combine(Path.GetTempPath(), "attune-benchmarks", "gpt2")));
        using var causal = new OnnxCausalModel(model);
        foreach (var length in Lengths) new TextBenchmark(causal, runs).Measure(length, Report);
        if (output is not null) File.WriteAllLines(output.FullName, lines);
    }

    private void Measure(int length, Action<string> report)
    {
        int[] tokens = [.. Enumerable.Range(0, length + TextEngine.PieceTokens).Select(i => i * 7 % 50_000)];
        using var cache = Read(tokens[..length], past: null);
        var (token, whole, piece) = (
            Time(() => Read(tokens[length..(length + 1)], cache)), Time(() => Read(tokens[..(length + 1)], past: null)), Time(() => Read(tokens[length..], cache)));
        report($"| {length} | {token} | {whole} | {piece} |");
    }

    private KeyValueCache Read(int[] tokens, KeyValueCache? past)
    {
        using var pass = causal.Run(new TokenBatch([tokens]), past, allLogits: false, parameters: null, CancellationToken.None);
        return pass.Cache;
    }

    private string Time(Func<KeyValueCache> pass)
    {
        pass().Dispose();
        var times = new List<double>();
        for (var run = 0; run < runs; run++)
        {
            var started = Stopwatch.GetTimestamp();
            pass().Dispose();
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        times.Sort();
        return FormattableString.Invariant($"{times[times.Count / 2]:0.0} ({times[0]:0.0}, {times[^1]:0.0})");
    }
}
