using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Attune.Adaptation;
using Attune.Adaptation.Fast;
using Attune.Recognition;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Audio;
using Attune.Recognition.Models;

namespace Attune.Benchmarks;

/// <summary>Eight users whose utterances are recognised and adapted to: one after another, all at once each by itself, and all at once in batches.</summary>
internal sealed class TogetherBenchmark(IReadOnlyList<ReadOnlyMemory<float>> clips, Action<string> report)
{
    private const int Users = 8;

    /// <summary>Lengths differ by so much, the longest from the shortest: as they do among utterances of one application.</summary>
    private const double Spread = 0.2;

    /// <summary>Measures the model that ships and wav2vec2-base's shape.</summary>
    /// <param name="shapes">Which of them: <c>shipped</c>, <c>base</c>.</param>
    /// <param name="runs">Counted runs of each row.</param>
    /// <param name="output">A file for the table; may be null.</param>
    public static void Run(IReadOnlyCollection<string> shapes, int runs, FileInfo? output)
    {
        TorchRuntime.EnsureLoaded();
        var lines = new List<string>();
        void Report(string line)
        {
            lines.Add(line);
            Console.WriteLine(line);
        }

        Report("# Adapting together\n");
        Report($"{Users} users, each with an utterance of about the given length (speech; the longest is a fifth longer than the shortest), adapted with default threads: drafts, steps and finals, from "
            + "the first draft to the last final. \"One after another\" begins each when the one before has its final; \"together\" begins all at once, with `Adaptation:Threads:MaxBatch` 1 and 4. "
            + $"Medians of {runs} runs in turn, after one that does not count, and their range in parentheses. Texts and losses of the last two columns are compared with those of the first: "
            + "the largest difference of a loss is given, and texts that differ are counted.\n");
        Report($"{Processor.Name()}, {Environment.ProcessorCount} logical cores, {RuntimeInformation.OSDescription.Trim()}, {RuntimeInformation.FrameworkDescription}. `wav2vec2-base` has random weights (94.4 M parameters).\n");
        Report("Made by `dotnet run -c Release --project load-tests/Benchmarks -- together --out load-tests/Benchmarks/TOGETHER.md`.\n");
        Report("| model | set | audio, s | steps | one after another, s | together, s | together in batches, s | times as fast: together | in batches | texts that differ | loss, largest difference |");
        Report("|---|---|---|---|---|---|---|---|---|---|---|");
        if (shapes.Contains("shipped"))
        {
            using var model = Model.Open(new RecognitionOptions().ResolveModel());
            var benchmark = new TogetherBenchmark(Speech(model), Report);
            foreach (var set in new[] { "suta", "layer-norm", "bias", "top-2" })
            {
                foreach (var seconds in new[] { 1.0, 2, 3, 5 }) benchmark.Measure(model, set, seconds, steps: 5, runs);
            }
        }

        if (shapes.Contains("base"))
        {
            using var model = Model.Open(RandomModel.Create(Path.Combine(Path.GetTempPath(), "attune-benchmarks", "wav2vec2-base")));
            var benchmark = new TogetherBenchmark(Speech(model), Report);
            foreach (var seconds in new[] { 1.0, 2 })
            {
                foreach (var set in new[] { "top-1", "top-4" }) benchmark.Measure(model, set, seconds, steps: 2, Math.Min(runs, 3));
            }

            benchmark.Measure(model, "layer-norm", seconds: 1, steps: 2, Math.Min(runs, 3));
            benchmark.Measure(model, "suta", seconds: 2, steps: 2, Math.Min(runs, 3));
        }

        if (output is not null) File.WriteAllLines(output.FullName, lines);
    }

    private void Measure(Model model, string set, double seconds, int steps, int runs)
    {
        ReadOnlyMemory<float>[] utterances = [.. Enumerable.Range(0, Users).Select(user => Utterance(model, user, seconds * (1 + (Spread * ((user / (Users - 1.0)) - 0.5)))))];
        using var alone = Recognizer(model, set, steps, maxBatch: 1);
        using var batched = Recognizer(model, set, steps, maxBatch: new AdaptationThreadOptions().MaxBatch);
        var times = new List<double>[] { [], [], [] };
        var heard = new IReadOnlyList<RecognizedUtterance>[3];
        for (var run = 0; run <= runs; run++)
        {
            Func<IReadOnlyList<RecognizedUtterance>>[] ways = [() => OneAfterAnother(alone, utterances), () => Together(alone, utterances), () => Together(batched, utterances)];
            for (var way = 0; way < ways.Length; way++)
            {
                var started = Stopwatch.GetTimestamp();
                heard[way] = ways[way]();
                if (run > 0) times[way].Add(Stopwatch.GetElapsedTime(started).TotalSeconds);
            }
        }

        double Median(int way) => times[way].Order().ElementAt(times[way].Count / 2);
        var pairs = heard[1].Zip(heard[0]).Concat(heard[2].Zip(heard[0])).ToList();
        var (differ, loss) = (pairs.Count(pair => pair.First.Final.Text != pair.Second.Final.Text), pairs.Max(pair => Math.Abs(Loss(pair.First) - Loss(pair.Second))));
        string Cell(int way) => string.Create(CultureInfo.InvariantCulture, $"{Median(way):0.000} ({times[way].Min():0.000} to {times[way].Max():0.000})");
        report(string.Create(
            CultureInfo.InvariantCulture,
            $"| {model.Name} | {set} | {seconds:0} | {steps} | {Cell(0)} | {Cell(1)} | {Cell(2)} | {Median(0) / Median(1):0.00} | {Median(0) / Median(2):0.00} | {differ} | {loss:0.0e+0} |"));
    }

    private static double Loss(RecognizedUtterance utterance) =>
        utterance.Adaptation.LossAfter ?? throw new InvalidOperationException($"An utterance was not adapted to: {utterance.Adaptation.Outcome}.");

    private static AdaptiveRecognizer Recognizer(Model model, string set, int steps, int maxBatch) => new(
        model,
        new RecognitionOptions(),
        new OnnxOptions(),
        new FastUpdateOptions { Precision = ComputePrecision.Float32, Parameters = set, Steps = steps },
        new AdaptationThreadOptions { MaxBatch = maxBatch },
        TimeProvider.System);

    private static List<RecognizedUtterance> OneAfterAnother(AdaptiveRecognizer recognizer, IReadOnlyList<ReadOnlyMemory<float>> utterances) =>
        [.. utterances.Select(samples => Recognize(recognizer, samples).GetAwaiter().GetResult())];

    private static RecognizedUtterance[] Together(AdaptiveRecognizer recognizer, IReadOnlyList<ReadOnlyMemory<float>> utterances) =>
        Task.WhenAll(utterances.Select(samples => Task.Run(() => Recognize(recognizer, samples)))).GetAwaiter().GetResult();

    private static Task<RecognizedUtterance> Recognize(AdaptiveRecognizer recognizer, ReadOnlyMemory<float> samples) =>
        recognizer.RecognizeUtteranceAsync(samples, default, from: null, new AdaptationRequest(), draftReady: null, CancellationToken.None);

    /// <summary>A clip as often as the length needs.</summary>
    private float[] Utterance(Model model, int user, double seconds)
    {
        var clip = clips[user % clips.Count].Span;
        var samples = new float[(int)(seconds * model.Preprocessing.SampleRateHz)];
        for (var i = 0; i < samples.Length; i++) samples[i] = clip[i % clip.Length];
        return samples;
    }

    /// <summary>The guard set of the model that ships.</summary>
    private static List<ReadOnlyMemory<float>> Speech(Model model)
    {
        var decoder = new AudioDecoder(new AudioOptions());
        var files = Directory.EnumerateFiles(Path.Combine(new RecognitionOptions().ResolveModel(), "guard"), "*.wav").Order(StringComparer.Ordinal);
        return [.. files.Select(file => (ReadOnlyMemory<float>)decoder
            .DecodeAsync(File.ReadAllBytes(file), rawFormat: null, model.Preprocessing.SampleRateHz, CancellationToken.None).GetAwaiter().GetResult().Samples)];
    }
}
