using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Attune.Adaptation;
using Attune.Adaptation.Fast;
using Attune.Adaptation.Network;
using Attune.Recognition;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Models;
using static TorchSharp.torch;

namespace Attune.Benchmarks;

/// <summary>Where batches of fast updates are faster, whatever the server's limits say: what those limits are made from.</summary>
internal static class BatchBenchmark
{
    private const int Users = 8;

    private static readonly int[] Sizes = [1, 2, 4];

    /// <summary>Eight utterances on one worker for each core, taken one by one, by twos and by fours.</summary>
    /// <param name="steps">Gradient steps of each.</param>
    /// <param name="runs">Counted runs, after one that does not count.</param>
    public static void Run(int steps, int runs)
    {
        TorchRuntime.EnsureLoaded();
        using var model = Model.Open(new RecognitionOptions().ResolveModel());
        using var network = new Wav2Vec2Network(model);
        Console.WriteLine("| set | audio, s | one by one, s | by twos, s | by fours, s |\n|---|---|---|---|---|");
        foreach (var set in new[] { "suta", "layer-norm", "bias", "lora", "top-2" })
        {
            var update = new FastUpdate(network, model, new FastUpdateOptions { Precision = ComputePrecision.Float32, Parameters = set }, TimeProvider.System);
            using var acoustic = new OnnxAcousticModel(model, topLayers: update.ParameterSet.TopLayers);
            foreach (var seconds in new[] { 1.0, 2, 3, 5 })
            {
                var utterances = Enumerable.Range(0, Users).Select(user => Utterance(model, acoustic, seconds * (0.9 + (0.2 * user / (Users - 1))), user)).ToArray();
                var times = Sizes.ToDictionary(size => size, _ => new List<double>());
                for (var run = 0; run <= runs; run++)
                {
                    foreach (var size in Sizes)
                    {
                        var elapsed = Adapt(update, utterances, steps, size);
                        if (run > 0) times[size].Add(elapsed);
                    }
                }

                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {set} | {seconds:0} | {string.Join(" | ", Sizes.Select(size => Cell(times[size])))} |"));
            }
        }
    }

    private static string Cell(List<double> seconds) =>
        string.Create(CultureInfo.InvariantCulture, $"{seconds.Order().ElementAt(seconds.Count / 2):0.000} ({seconds.Min():0.000} to {seconds.Max():0.000})");

    private static double Adapt(FastUpdate update, (ReadOnlyMemory<float> Waveform, HiddenStates? Hidden)[] utterances, int steps, int size)
    {
        var waiting = new ConcurrentQueue<FastUpdateJob[]>(utterances
            .Select(utterance => new FastUpdateJob(start: null, utterance.Waveform, utterance.Hidden, steps, budget: null, CancellationToken.None))
            .Chunk(size));
        var started = Stopwatch.GetTimestamp();
        Thread[] workers = [.. Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new Thread(Work))];
        foreach (var worker in workers) worker.Start();
        foreach (var worker in workers) worker.Join();
        return Stopwatch.GetElapsedTime(started).TotalSeconds;

        void Work()
        {
            set_num_threads(1);
            while (waiting.TryDequeue(out var jobs)) update.Run(jobs);
        }
    }

    private static (ReadOnlyMemory<float> Waveform, HiddenStates? Hidden) Utterance(Model model, OnnxAcousticModel acoustic, double seconds, int seed)
    {
        var waveform = Tone.Waveform(model, seconds, seed);
        return (waveform, acoustic.TopLayers == 0 ? null : acoustic.RunWithHidden(waveform, null, CancellationToken.None).Hidden);
    }
}
