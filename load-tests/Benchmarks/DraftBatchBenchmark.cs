using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Attune.Recognition;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Graph;
using Attune.Recognition.Models;
using Microsoft.ML.OnnxRuntime;

namespace Attune.Benchmarks;

/// <summary>Whether drafts of several utterances in one batch are faster than one after another, in the best case: one length, and the same parameters for all.</summary>
/// <param name="model">Not disposed.</param>
/// <param name="seconds">Length of an utterance.</param>
/// <param name="runs">Counted runs of each number, after one that does not count.</param>
internal sealed class DraftBatchBenchmark(Model model, double seconds, int runs)
{
    private const double Tolerance = 1e-3;

    private static readonly int[] Sizes = [1, 2, 4, 8];

    /// <summary>Measures the model that ships and wav2vec2-base's shape, on one thread and on two.</summary>
    public static void Run(IReadOnlyCollection<string> shapes, double seconds, int runs, FileInfo? output)
    {
        var lines = new List<string>();
        void Report(string line)
        {
            lines.Add(line);
            Console.WriteLine(line);
        }

        Report("# Drafts in batches\n");
        Report(FormattableString.Invariant($"Forward passes in ONNX Runtime of utterances of {seconds:0.#} s, milliseconds for each utterance, medians of {runs} runs with the lowest and the highest in brackets, ways in turns, after a run that does not count. ")
            + "*one after another*: as a server with two cores computes drafts. *in a batch*: one pass over all, by a graph that was made for this measurement from the one that serves; all utterances are of one length and share all parameters, "
            + "which is the best that batching can find. *two at a time*: two passes at the same time on one thread each. *gain*: time one after another by time in a batch.\n");
        Report($"{Processor.Name()}, {Environment.ProcessorCount} logical cores, {RuntimeInformation.OSDescription.Trim()}, {RuntimeInformation.FrameworkDescription}. `wav2vec2-base` has random weights (94.4 M parameters).\n");
        Report("Made by `dotnet run -c Release --project load-tests/Benchmarks -- draft-batches --out load-tests/Benchmarks/DRAFTS.md`.\n");
        Report("| model | threads | utterances | one after another, ms each | in a batch, ms each | gain | two at a time, ms each |");
        Report("|---|---|---|---|---|---|---|");
        if (shapes.Contains("shipped")) Measure(new RecognitionOptions().ResolveModel(), 4 * runs);
        if (shapes.Contains("base")) Measure(RandomModel.Create(Path.Combine(Path.GetTempPath(), "attune-benchmarks", "wav2vec2-base")), runs);
        if (output is not null) File.WriteAllLines(output.FullName, lines);

        void Measure(string folder, int runs)
        {
            using var model = Model.Open(folder);
            foreach (var threads in new[] { 2, 1 }) new DraftBatchBenchmark(model, seconds, runs).Measure(threads, Report);
        }
    }

    private void Measure(int threads, Action<string> report)
    {
        using var single = Open(Wav2Vec2Graph.Write(model), threads);
        using var narrow = threads == 1 ? null : Open(Wav2Vec2Graph.Write(model), threads: 1);
        foreach (var size in Sizes)
        {
            using var batched = Open(BatchedGraph.Write(model, size), threads);
            float[][] utterances = [.. Enumerable.Range(0, size).Select(seed => Tone.Waveform(model, seconds, seed).ToArray())];
            Check(single, batched, utterances);
            var ways = new List<Action> { () => OneAfterAnother(single, utterances), () => Pass(batched, [.. utterances.SelectMany(samples => samples)], size) };
            if (narrow is not null && size > 1) ways.Add(() => TwoAtATime(narrow, utterances));
            var times = ways.Select(_ => new List<double>()).ToArray();
            for (var run = 0; run <= runs; run++)
            {
                for (var way = 0; way < ways.Count; way++)
                {
                    var started = Stopwatch.GetTimestamp();
                    ways[way]();
                    if (run > 0) times[way].Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds / size);
                }
            }

            report(string.Create(
                CultureInfo.InvariantCulture,
                $"| {model.Name} | {threads} | {size} | {Cell(times[0])} | {Cell(times[1])} | {Median(times[0]) / Median(times[1]):0.00} | {(times.Length > 2 ? Cell(times[2]) : "")} |"));
        }
    }

    private InferenceSession Open(byte[] graph, int threads)
    {
        using var options = OnnxSession.CreateOptions(model.Weights, new OnnxOptions { Threads = threads });
        return new InferenceSession(graph, options);
    }

    /// <summary>A batch must give what its utterances give alone, or its time means nothing.</summary>
    private static void Check(InferenceSession single, InferenceSession batched, float[][] utterances)
    {
        float[] alone = [.. utterances.SelectMany(samples => Pass(single, samples, batch: 1))];
        var together = Pass(batched, [.. utterances.SelectMany(samples => samples)], utterances.Length);
        var difference = alone.Zip(together).Max(pair => Math.Abs(pair.First - pair.Second));
        if (alone.Length != together.Length || !(difference <= Tolerance)) throw new InvalidOperationException($"A batch of {utterances.Length} gives other logits than its utterances alone: {difference}.");
    }

    private static void OneAfterAnother(InferenceSession session, float[][] utterances)
    {
        foreach (var samples in utterances) Pass(session, samples, batch: 1);
    }

    private static void TwoAtATime(InferenceSession session, float[][] utterances) =>
        Parallel.ForEach(utterances, new ParallelOptions { MaxDegreeOfParallelism = 2 }, samples => Pass(session, samples, batch: 1));

    private static float[] Pass(InferenceSession session, float[] samples, int batch)
    {
        using var input = OrtValue.CreateTensorValueFromMemory(samples, [batch, samples.Length / batch]);
        using var options = new RunOptions();
        using var outputs = session.Run(options, [Wav2Vec2Graph.Waveform], [input], [Wav2Vec2Graph.LogitsOutput]);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static string Cell(List<double> values) => string.Create(CultureInfo.InvariantCulture, $"{Median(values):0.00} ({values.Min():0.00}, {values.Max():0.00})");
}
