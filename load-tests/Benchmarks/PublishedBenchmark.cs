using System.Diagnostics;
using System.Globalization;
using Attune.Adaptation;
using Attune.Adaptation.Fast;
using Attune.Adaptation.Network;
using Attune.Evaluation;
using Attune.Evaluation.Mixing;
using Attune.Evaluation.Statistics;
using Attune.Recognition;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Decoding;
using Attune.Recognition.Models;

namespace Attune.Benchmarks;

/// <summary>The published algorithm run plainly in TorchSharp against this project's, on the same utterances in turn.</summary>
internal sealed class PublishedBenchmark : IDisposable
{
    /// <summary>As published.</summary>
    private const int Steps = 10;

    /// <summary>As published.</summary>
    private const double LearningRate = 2e-5;

    private readonly Model _model;
    private readonly PlainProcess _plain;
    private readonly PlainProcess? _plainHere; // with the allocator of this process, where one is preloaded
    private readonly OnnxAcousticModel _acoustic;
    private readonly Wav2Vec2Network _network;
    private readonly AdaptiveRecognizer _server, _serverOfTwoSteps;
    private readonly GreedyDecoder _decoder;
    private readonly Dictionary<string, List<Sample>> _samples = [];
    private readonly FastUpdate _same, _sameRounded;
    private double _lossDifference, _roundedLossDifference;

    public PublishedBenchmark(string folder)
    {
        _model = Model.Open(folder);
        _plain = new PlainProcess(folder, "suta");
        if (Environment.GetEnvironmentVariable(PlainProcess.Preload) is { Length: > 0 }) _plainHere = new PlainProcess(folder, "suta", preloads: true);
        _acoustic = new OnnxAcousticModel(_model, ParameterSet.Suta, options: new OnnxOptions { Threads = 1 });
        _network = new Wav2Vec2Network(_model);
        _same = Same(ComputePrecision.Float32);
        _sameRounded = Same(ComputePrecision.BFloat16);
        _server = Server(new FastUpdateOptions());
        _serverOfTwoSteps = Server(new FastUpdateOptions { Steps = 2, LearningRate = 2e-4 });
        _decoder = new GreedyDecoder(_model.Vocabulary, TimeSpan.FromSeconds((double)_model.Config.SamplesPerFrame / _model.Preprocessing.SampleRateHz));
    }

    /// <summary>What is compared, for the heading of a table.</summary>
    public const string Method =
        "*plain*: ten steps of SUTA at 2e-5, written with TorchSharp's functions as the paper has it, in a process of its own with libtorch's default threads and the system's allocator; "
        + "*plain, preloaded*: with the allocator that the other sides have, where one is preloaded. *same*: the same set, steps and rate with this project's network and optimizer, draft included, "
        + "as its adaptation threads run it, in float32; *same, bfloat16*: with steps that multiply in bfloat16. *default*: what the server does to a request "
        + "without a domain, in bfloat16 where the processor is faster with it; *two steps*: with `Adaptation:Fast:Steps` 2 and `LearningRate` 2e-4. One utterance at a time, all sides in turn.";

    /// <summary>Adapts to each utterance in each noise on all sides.</summary>
    public async Task RunAsync(IReadOnlyList<(float[] Samples, string Text)> utterances, IReadOnlyList<NoiseCondition> noises, Action<string> progress)
    {
        using var threads = new AdaptationThreads(new AdaptationThreadOptions { Workers = 1 }, Wav2Vec2Network.PreferredThreads(_model.Config));
        for (var noise = 0; noise < noises.Count; noise++)
        {
            for (var i = 0; i < utterances.Count; i++)
            {
                var samples = noises[noise].Apply(utterances[i].Samples, seed: i).Samples;
                var waveform = _model.Preprocessing.Apply(samples);
                if (noise == 0 && i == 0) await AdaptAsync(samples, waveform, threads, (_, _, _, _) => { }); // does not count
                await AdaptAsync(samples, waveform, threads, (side, seconds, processor, text) =>
                {
                    if (!_samples.TryGetValue(side, out var all)) _samples.Add(side, all = []);
                    all.Add(new Sample($"{i}", utterances[i].Text, text, (double)samples.Length / _model.Preprocessing.SampleRateHz, seconds, processor));
                });
                progress($"{noises[noise].Name}: {i + 1} of {utterances.Count}");
            }
        }
    }

    /// <summary>The table, after everything was run.</summary>
    public IEnumerable<string> ToMarkdown()
    {
        yield return "| side | compute, s for each s of audio: median (quartiles) | wall clock, the same | compute, plain / this (95 %) | WER, % | minus plain, points (95 %) |";
        yield return "|---|---|---|---|---|---|";
        var plain = _samples["plain"];
        foreach (var (side, samples) in _samples)
        {
            var compute = Quartiles(samples.Select(sample => sample.ProcessorSeconds / sample.AudioSeconds));
            var wall = Quartiles(samples.Select(sample => sample.Seconds / sample.AudioSeconds));
            var (ratio, low, high) = Ratio(plain, samples);
            var errors = samples.Aggregate(default(ErrorRate), (sum, sample) => sum + sample.Errors);
            var paired = new PairedBootstrap().Compare([.. plain.Zip(samples, (theirs, ours) =>
                new PairedErrors(null, ours.Recording, theirs.Errors.Errors, ours.Errors.Errors, ours.Errors.ReferenceLength))]);
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"| {side} | {compute} | {wall} | {ratio:0.0} ({low:0.0} to {high:0.0}) | {100 * errors.Rate:0.0} | {100 * paired.Difference:0.0} ({100 * paired.Low:0.0} to {100 * paired.High:0.0}) |");
        }

        yield return "";
        yield return string.Create(CultureInfo.InvariantCulture, $"{plain.Count} utterances. Largest difference of a loss between *plain* and *same*: {_lossDifference:0.0e0}; and *same, bfloat16*: {_roundedLossDifference:0.0e0}.");
    }

    public void Dispose()
    {
        _plain.Dispose();
        _plainHere?.Dispose();
        _server.Dispose();
        _serverOfTwoSteps.Dispose();
        _network.Dispose();
        _acoustic.Dispose();
        _model.Dispose();
    }

    private async Task AdaptAsync(float[] samples, ReadOnlyMemory<float> waveform, AdaptationThreads threads, Action<string, double, double, string> report)
    {
        var plain = RunPlain("plain", _plain);
        if (_plainHere is not null) RunPlain("plain, preloaded", _plainHere);

        _lossDifference = Math.Max(_lossDifference, await SameAsync("same", _same));
        _roundedLossDifference = Math.Max(_roundedLossDifference, await SameAsync("same, bfloat16", _sameRounded));

        await ServeAsync("default", _server);
        await ServeAsync("two steps", _serverOfTwoSteps);

        PlainRun RunPlain(string side, PlainProcess process)
        {
            var run = process.Run(waveform, Steps, LearningRate);
            report(side, run.Seconds, run.ProcessorSeconds, Text(new Logits(run.Logits, _model.Config.VocabularySize)));
            return run;
        }

        async Task ServeAsync(string side, AdaptiveRecognizer server)
        {
            var (started, processor) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
            var served = await server.RecognizeUtteranceAsync(samples, default, from: null, new AdaptationRequest(), draftReady: null, CancellationToken.None);
            report(side, Stopwatch.GetElapsedTime(started).TotalSeconds, (Environment.CpuUsage.TotalTime - processor).TotalSeconds, served.Final.Text);
        }

        async Task<double> SameAsync(string side, FastUpdate update)
        {
            var (started, processor) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
            _acoustic.Run(waveform, null, CancellationToken.None);
            var job = new FastUpdateJob(start: null, waveform, hidden: null, Steps, budget: null, CancellationToken.None);
            var same = await threads.TryRun(() => Run(update, job), CancellationToken.None)!;
            report(side, Stopwatch.GetElapsedTime(started).TotalSeconds, (Environment.CpuUsage.TotalTime - processor).TotalSeconds, Text(same.Logits));
            return plain.Losses.Zip(same.Steps, (theirs, ours) => Math.Abs(theirs - ours.Loss)).Max();
        }
    }

    private static FastUpdateResult Run(FastUpdate update, FastUpdateJob job)
    {
        update.Run([job]);
        return job.Result.GetAwaiter().GetResult()!;
    }

    private AdaptiveRecognizer Server(FastUpdateOptions options) =>
        new(_model, new RecognitionOptions(), new OnnxOptions(), options, new AdaptationThreadOptions { Workers = 1 }, TimeProvider.System);

    private FastUpdate Same(ComputePrecision precision) =>
        new(_network, _model, new FastUpdateOptions { LearningRate = LearningRate, Precision = precision }, TimeProvider.System, _acoustic.Source, recognizer: _acoustic);

    private string Text(Logits logits) => _decoder.Decode(logits).Text;

    private static string Quartiles(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return string.Create(CultureInfo.InvariantCulture, $"{sorted[sorted.Length / 2]:0.000} ({sorted[sorted.Length / 4]:0.000} to {sorted[3 * sorted.Length / 4]:0.000})");
    }

    /// <summary>Total compute of one side over that of another, with a bootstrap interval over utterances.</summary>
    private static (double Ratio, double Low, double High) Ratio(List<Sample> plain, List<Sample> samples)
    {
        var random = new Random(1);
        double Draw() => Enumerable.Range(0, plain.Count).Select(_ => random.Next(plain.Count)).Aggregate(
            (Theirs: 0.0, Ours: 0.0), (sum, i) => (sum.Theirs + plain[i].ProcessorSeconds, sum.Ours + samples[i].ProcessorSeconds), sum => sum.Theirs / sum.Ours);
        var draws = Enumerable.Range(0, 1000).Select(_ => Draw()).Order().ToArray();
        return (plain.Sum(sample => sample.ProcessorSeconds) / samples.Sum(sample => sample.ProcessorSeconds), draws[25], draws[974]);
    }

    private sealed record Sample(string Recording, string Reference, string Text, double AudioSeconds, double Seconds, double ProcessorSeconds)
    {
        public ErrorRate Errors => WordErrorRate.Compute(Reference, Text).ErrorRate;
    }
}
