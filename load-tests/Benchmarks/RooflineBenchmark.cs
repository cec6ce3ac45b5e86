using System.Diagnostics;
using System.Globalization;
using Attune.Adaptation;
using Attune.Adaptation.Fast;
using Attune.Adaptation.Network;
using Attune.Recognition;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Models;
using TorchSharp;

namespace Attune.Benchmarks;

/// <summary>How much of what the machine multiplies at most a forward pass and a step achieve.</summary>
internal static class RooflineBenchmark
{
    private const string Method =
        "Floating-point operations are those of matrix products and convolutions, and of their gradients that the set needs (two for each multiplication with its addition); norms, activations, softmax, loss and optimizer do "
        + "others, which are not counted, and take time, which is. *products alone*: the same products and gradients on random numbers in TorchSharp, one after another, without anything between. *peak*: the largest rate of a "
        + "square float32 matrix product of 512, 1,024 or 2,048 rows in TorchSharp, with as many threads; measured for each model, before its rows. Medians of runs, after one that does not count.";

    /// <summary>Measures, and writes a table.</summary>
    public static void Run(IReadOnlyList<string> models, IReadOnlyList<double> lengths, int runs, FileInfo? output)
    {
        TorchRuntime.EnsureLoaded();
        List<string> lines =
        [
            "# Achieved against possible", "", Method, "",
            $"{Processor.Name()}, {Environment.ProcessorCount} logical cores: `dotnet run -c Release --project load-tests/Benchmarks -- roofline --out load-tests/Benchmarks/ROOFLINE.md`", "",
            "| model | threads | audio, s | what | GFLOP | ms | GFLOP/s | of peak, % |", "|---|---|---|---|---|---|---|---|",
        ];
        foreach (var line in lines) Console.WriteLine(line);
        foreach (var name in models)
        {
            using var model = Model.Open(name == "base" ? RandomModel.Create(Path.Combine(Path.GetTempPath(), "attune-benchmarks", "wav2vec2-base")) : new RecognitionOptions().ResolveModel());
            var threads = Wav2Vec2Network.PreferredThreads(model.Config);
            torch.set_num_threads(threads);
            var peak = Peak(runs);
            Add(model, 0, $"peak", peak.Operations, peak.Seconds);
            foreach (var length in lengths) Measure(model, length, runs, (what, operations, seconds) => Add(model, length, what, operations, seconds));

            void Add(Model model, double length, string what, double operations, double seconds)
            {
                var rate = operations / seconds;
                lines.Add(string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {model.Name} | {threads} | {(length > 0 ? $"{length:0}" : "")} | {what} | {operations / 1e9:0.00} | {1000 * seconds:0.0} | {rate / 1e9:0} | {100 * rate / (peak.Operations / peak.Seconds):0} |"));
                Console.WriteLine(lines[^1]);
            }
        }

        if (output is not null) File.WriteAllLines(output.FullName, lines);
    }

    private static void Measure(Model model, double length, int runs, Action<string, double, double> add)
    {
        var threads = Wav2Vec2Network.PreferredThreads(model.Config);
        var random = new Random(1);
        var samples = new float[(int)(length * model.Preprocessing.SampleRateHz)];
        for (var i = 0; i < samples.Length; i++) samples[i] = (float)((2 * random.NextDouble()) - 1);
        var waveform = model.Preprocessing.Apply(samples);
        var forward = MatrixProduct.Of(model, samples.Length, trained: null);
        var operations = forward.Sum(product => product.Operations);
        using (var acoustic = new OnnxAcousticModel(model, options: new OnnxOptions { Threads = threads }))
            add("forward, ONNX Runtime", operations, Median(runs, () => acoustic.Run(waveform, null, CancellationToken.None)));

        using var network = new Wav2Vec2Network(model);
        add("forward, TorchSharp", operations, Median(runs, () =>
        {
            using var noGradients = torch.no_grad();
            using var scope = torch.NewDisposeScope();
            using var batch = new WaveformBatch([waveform]);
            network.Forward(null, batch);
        }));
        add("its products alone", operations, Alone(forward, runs));
        foreach (var name in new[] { "suta", "layer-norm", "top-1" })
        {
            var set = ParameterSet.Parse(name);
            using var acoustic = new OnnxAcousticModel(model, topLayers: set.TopLayers, options: new OnnxOptions { Threads = threads });
            var hidden = set.TopLayers > 0 ? acoustic.RunWithHidden(waveform, null, CancellationToken.None).Hidden : null;
            var update = new FastUpdate(network, model, new FastUpdateOptions { Precision = ComputePrecision.Float32, Parameters = name }, TimeProvider.System);
            update.Run(waveform, hidden, 1, null, CancellationToken.None);
            var seconds = update.Run(waveform, hidden, runs, null, CancellationToken.None)!.Steps.Select(step => step.Elapsed.TotalSeconds).Order().ElementAt(runs / 2);
            var products = MatrixProduct.Of(model, samples.Length, set);
            add($"one step, {name}", products.Sum(product => product.Operations), seconds);
            add("its products alone", products.Sum(product => product.Operations), Alone(products, runs));
        }
    }

    private static double Alone(IReadOnlyList<MatrixProduct> products, int runs)
    {
        using var scope = torch.NewDisposeScope();
        var actions = products.Select(product => product.Prepare()).ToList();
        return Median(runs, () => actions.ForEach(action => action()));
    }

    private static (double Operations, double Seconds) Peak(int runs) => new[] { 512L, 1024, 2048 }
        .Select(rows =>
        {
            using var noGradients = torch.no_grad();
            using var scope = torch.NewDisposeScope();
            var (a, b) = (torch.rand(rows, rows), torch.rand(rows, rows));
            return (Operations: 2.0 * rows * rows * rows, Seconds: Median(runs, () => torch.mm(a, b).Dispose()));
        })
        .MaxBy(peak => peak.Operations / peak.Seconds);

    private static double Median(int runs, Action action)
    {
        action();
        return Enumerable.Range(0, runs).Select(_ =>
        {
            var started = Stopwatch.GetTimestamp();
            action();
            return Stopwatch.GetElapsedTime(started).TotalSeconds;
        }).Order().ElementAt(runs / 2);
    }
}
