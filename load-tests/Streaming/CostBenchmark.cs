using System.Diagnostics;
using System.Globalization;
using Attune.Recognition;
using Attune.Recognition.Audio.EndPointing;
using Attune.Recognition.Streaming;

namespace Attune.Streaming;

/// <summary>What listening costs for each second of audio, in utterances of different lengths, on one thread.</summary>
/// <param name="engine">Runs the passes.</param>
/// <param name="runs">Of each number.</param>
internal sealed class CostBenchmark(Engine engine, int runs)
{
    public const string Method =
        "Milliseconds of one thread for each second of audio, medians with the lowest and the highest run in brackets, after a run that does not count. Listening is everything before the utterance ends: levels, "
        + "passes that look for words, interim results; without interims is what remains under load. The draft is one pass over the whole utterance when it has ended, "
        + "which an interim result would cost each time if it heard the utterance from the beginning. Speech without pauses.";

    public const string Header = "| utterance, s | listening with interims | without | the draft |\n|---|---|---|---|";

    private const int Rate = Recordings.SampleRateHz;

    /// <summary>A row of the table.</summary>
    public string Measure(float[] speech, double seconds)
    {
        var samples = new float[(int)(seconds * Rate)];
        for (var i = 0; i < samples.Length; i++) samples[i] = speech[i % speech.Length];
        var recognizer = new Recognizer(engine.Model, engine.AcousticModel);
        var with = Time(seconds, () => Listen(recognizer, samples, moreWaits: false));
        var without = Time(seconds, () => Listen(recognizer, samples, moreWaits: true));
        var draft = Time(seconds, () => recognizer.Recognize(samples, default, parameters: null, CancellationToken.None));
        return string.Create(CultureInfo.InvariantCulture, $"| {seconds} | {with} | {without} | {draft} |");
    }

    private void Listen(Recognizer recognizer, float[] samples, bool moreWaits)
    {
        var segmenter = new UtteranceSegmenter(
            engine.Model,
            (window, cancellationToken) => recognizer.Listen(window, parameters: null, cancellationToken),
            new EndPointerOptions(),
            new StreamingOptions(),
            TimeSpan.FromSeconds(120));
        var events = new List<StreamEvent>();
        for (var at = 0; at < samples.Length; at += Rate / 10)
            segmenter.Push(samples.AsSpan(at, Math.Min(Rate / 10, samples.Length - at)), moreWaits, events, CancellationToken.None);
    }

    private string Time(double audioSeconds, Action action)
    {
        action();
        var costs = new List<double>();
        for (var i = 0; i < runs; i++)
        {
            var started = Stopwatch.GetTimestamp();
            action();
            costs.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds / audioSeconds);
        }

        return string.Create(CultureInfo.InvariantCulture, $"{new Distribution(costs).At(0.5):0.0} ({costs.Min():0.0}, {costs.Max():0.0})");
    }
}
