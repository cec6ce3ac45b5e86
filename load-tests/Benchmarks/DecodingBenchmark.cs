using System.Diagnostics;
using System.Globalization;
using Attune.Recognition;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Audio;
using Attune.Recognition.Decoding;
using Attune.Recognition.Language;
using Attune.Recognition.Models;

namespace Attune.Benchmarks;

/// <summary>Processor time of decoding: best path and beams, without language and with a model of many words.</summary>
internal static class DecodingBenchmark
{
    private const int Words = 20_000, Sentences = 50_000, SentenceLength = 8;

    /// <summary>Prints a table.</summary>
    /// <param name="folder">WAV files.</param>
    /// <param name="runs">Counted runs of each row.</param>
    public static void Run(string folder, int runs)
    {
        using var model = Model.Open(new RecognitionOptions().ResolveModel());
        var random = new Random(1);
        var (utterances, audio) = Listen(model, folder, random);
        var language = MakeLanguage(random);
        var decoders = new BeamDecoders(model, new DecodingOptions(), language);
        var greedy = new GreedyDecoder(model.Vocabulary, TimeSpan.Zero);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{utterances.Count} recordings of {folder} in white noise, {audio.TotalSeconds:0.0} s, {utterances.Sum(logits => logits.FrameCount)} frames of {model.Vocabulary.Count} symbols; language model of {string.Join(" + ", language.Counts)} n-grams.\n"));
        Console.WriteLine("| decoding | ms of processor time for each second of audio |\n|---|---|");
        Row("best path", logits => greedy.Decode(logits));
        foreach (var width in new[] { 1, 16, 64 })
        {
            var plain = decoders.Create(new DecodingRequest { BeamWidth = width }, language: null)!;
            var modelled = decoders.Create(new DecodingRequest { BeamWidth = width }, decoders.Background)!;
            Row($"beam {width}", logits => plain.Decode(logits));
            Row($"beam {width}, language model", logits => modelled.Decode(logits));
        }

        void Row(string name, Action<Logits> decode)
        {
            foreach (var logits in utterances) decode(logits);
            using var process = Process.GetCurrentProcess();
            var started = process.TotalProcessorTime;
            for (var run = 0; run < runs; run++)
            {
                foreach (var logits in utterances) decode(logits);
            }

            process.Refresh();
            var milliseconds = (process.TotalProcessorTime - started).TotalMilliseconds / (runs * audio.TotalSeconds);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {milliseconds:0.00} |"));
        }
    }

    /// <summary>What the model hears in recordings with white noise as loud as half of them, so that it is in doubt.</summary>
    private static (IReadOnlyList<Logits> Utterances, TimeSpan Audio) Listen(Model model, string folder, Random random)
    {
        using var acousticModel = new OnnxAcousticModel(model);
        var decoder = new AudioDecoder(new AudioOptions());
        var utterances = new List<Logits>();
        var audio = TimeSpan.Zero;
        foreach (var file in Directory.EnumerateFiles(folder, "*.wav").Order(StringComparer.Ordinal))
        {
            var waveform = decoder.DecodeAsync(File.ReadAllBytes(file), rawFormat: null, model.Preprocessing.SampleRateHz, CancellationToken.None).GetAwaiter().GetResult();
            var level = MathF.Sqrt(waveform.Samples.Average(sample => sample * sample)) / 2;
            float[] noisy = [.. waveform.Samples.Select(sample => sample + (level * MathF.Sqrt(3) * ((2 * random.NextSingle()) - 1)))];
            utterances.Add(acousticModel.Run(model.Preprocessing.Apply(noisy), parameters: null, CancellationToken.None));
            audio += waveform.Duration;
        }

        return (utterances, audio);
    }

    /// <summary>A trigram model of random words, of which some are frequent, and the digits.</summary>
    private static NgramModel MakeLanguage(Random random)
    {
        string[] words =
        [
            "ZERO", "ONE", "TWO", "THREE", "FOUR", "FIVE", "SIX", "SEVEN", "EIGHT", "NINE",
            .. Enumerable.Range(0, Words).Select(_ => string.Concat(Enumerable.Range(0, random.Next(3, 9)).Select(_ => (char)('A' + random.Next(26))))),
        ];
        var estimator = new KneserNeyEstimator(3);
        for (var sentence = 0; sentence < Sentences; sentence++)
            estimator.Add([.. Enumerable.Range(0, SentenceLength).Select(_ => words[(int)(words.Length * Math.Pow(random.NextDouble(), 3))])]);
        return estimator.Estimate();
    }
}
