using System.Globalization;
using Attune.Adaptation;
using Attune.Adaptation.Text.Tent;
using Attune.Adaptation.Text.Updates;
using Attune.Evaluation.Statistics;
using Attune.Recognition.Acoustic;
using Attune.Text;
using Attune.Text.Classification;
using Attune.Text.Models;

namespace Attune.TextAdaptation;

/// <summary>Accuracy over a stream of noisy verses, for a classifier as it is, and with Tent that goes on without being watched, or is.</summary>
/// <remarks>Everything goes through the classes that the server uses, text by text, on one thread; each step is made as soon as its batch is full.</remarks>
internal sealed class StreamExperiment(string folder, Verses verses, double noise, int seed, Action<string> log)
{
    /// <summary>Parts of the stream that accuracy is told of.</summary>
    private const int Parts = 4;

    public void Run(IReadOnlyList<(string Name, TentOptions Options)> ways)
    {
        using var engine = new TextEngine(TextModel.Open(folder), ParameterSet.Parse("layer-norm"), new OnnxOptions { Threads = 1 });
        using var threads = new AdaptationThreads(new AdaptationThreadOptions { Workers = 1, ThreadsPerWorker = 1, MaxBatch = 1 });
        var random = new Random(seed);
        (string Text, int Book)[] stream = [.. verses.HeldBack.Select(verse => (CharacterNoise.Apply(verse.Text, noise, random), verse.Book))];
        log(FormattableString.Invariant($"{stream.Length} verses of {verses.Books.Count} books, {noise:P0} of the letters changed; without changes the model is right in {Accuracy(engine, verses.HeldBack):P1}\n"));
        log("| way | accuracy | against none | 95 % interval | by quarter of the stream | largest share of a label in the last quarter | steps | resets |\n|---|---|---|---|---|---|---|---|");
        bool[]? none = null;
        foreach (var (name, options) in ways)
        {
            var (right, labels, updates, resets) = Follow(engine, threads, stream, options);
            none ??= right;
            var baseline = none;
            var difference = new PairedBootstrap().Compare(
                [.. right.Select((isRight, i) => new PairedErrors(null, i.ToString(CultureInfo.InvariantCulture), baseline[i] ? 1 : 0, isRight ? 1 : 0, 1))]);
            var quarters = right.Chunk((right.Length + Parts - 1) / Parts).Select(part => part.Average(isRight => isRight ? 1.0 : 0));
            var last = labels[^(labels.Length / Parts)..];
            log(string.Create(
                CultureInfo.InvariantCulture,
                $"| {name} | {right.Average(isRight => isRight ? 1.0 : 0):P1} | {100 * difference.Difference:+0.0;-0.0;0.0} | {100 * difference.Low:+0.0;-0.0;0.0} to {100 * difference.High:+0.0;-0.0;0.0} | {string.Join(", ", quarters.Select(quarter => quarter.ToString("P0", CultureInfo.InvariantCulture)))} | {(double)last.CountBy(label => label).Max(count => count.Value) / last.Length:P0} | {updates} | {resets} |"));
        }
    }

    private static (bool[] Right, int[] Labels, long Updates, long Resets) Follow(TextEngine engine, AdaptationThreads threads, (string Text, int Book)[] stream, TentOptions options)
    {
        using var adapter = new TextAdapter(engine, new TextAdaptationOptions { LearningRate = options.LearningRate }, threads, TimeProvider.System);
        var domain = adapter.CreateDomain(options);
        var labels = new int[stream.Length];
        var updates = 0L;
        for (var i = 0; i < stream.Length; i++)
        {
            var own = Classify(engine, stream[i].Text, null);
            var served = own;
            if (options.ResolveStrategy() == TentStrategy.PerRequest)
            {
                var sharpened = adapter.SharpenAsync(own.Tokens, new TextAdaptationRequest(Steps: 1), CancellationToken.None).GetAwaiter().GetResult();
                served = Classify(engine, stream[i].Text, sharpened.Parameters);
                updates += sharpened.Report.Steps.Count;
            }
            else if (options.ResolveStrategy() == TentStrategy.Continual)
            {
                var version = domain.Serving;
                var adapted = version.Parameters is null ? own : Classify(engine, stream[i].Text, version.Parameters);
                served = domain.Observe(version, own.Tokens, LabelAnswer.Of(own.Logits.Span), LabelAnswer.Of(adapted.Logits.Span), teaches: true) is null ? adapted : own;
                if (domain.TryBegin() && threads.TryRun(() => domain.Update(CancellationToken.None), CancellationToken.None)!.GetAwaiter().GetResult() is { Sign: null }) updates++;
            }

            labels[i] = served.Result[0].Index;
        }

        return ([.. labels.Select((label, i) => label == stream[i].Book)], labels, updates, domain.Resets);
    }

    private static double Accuracy(TextEngine engine, IReadOnlyList<(string Text, int Book)> verses) =>
        verses.Average(verse => Classify(engine, verse.Text, null).Result[0].Index == verse.Book ? 1.0 : 0);

    /// <summary>A classification, read; it holds nothing that is to be disposed.</summary>
    private static TextClassification Classify(TextEngine engine, string text, AdaptableParameters? parameters)
    {
        var work = engine.Classify(Shorten(engine, text), pair: null, parameters);
        work.Advance(CancellationToken.None);
        return work;
    }

    /// <summary>So much of a text as the model reads at once.</summary>
    private static string Shorten(TextEngine engine, string text)
    {
        var words = text.Split(' ');
        for (var count = words.Length; ; count--)
        {
            var part = string.Join(' ', words.Take(count));
            if (engine.Model.Tokenizer.Encode(part).Count + 2 <= engine.Model.Config.ContextLength) return part;
        }
    }
}
