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
        "Milliseconds of processor time for each second of audio, on one thread, medians with the lowest and the highest run in brackets, after a run that does not count. *Each further second*: what the seconds beyond the row above cost. *Heard*: seconds of audio that passes hear for each second, "
        + "which decides the cost and is the same in each run. Listening is everything before the utterance ends: levels, "
        + "passes that look for words, interim results; without interims is what remains under load. The draft is one pass over the whole utterance when it has ended, "
        + "which an interim result would cost each time if it heard the utterance from the beginning. Speech without pauses.";

    public const string Header = "| utterance, s | listening with interims | each further second | heard | without interims | heard | the draft |\n|---|---|---|---|---|---|---|";

    private const int Rate = Recordings.SampleRateHz;

    private static readonly TimeSpan WarmUpTime = TimeSpan.FromSeconds(10);

    private (double Seconds, double Milliseconds) _above;

    /// <summary>Works until the code that runs often is compiled as it stays.</summary>
    public void WarmUp(float[] speech)
    {
        for (var started = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(started) < WarmUpTime;) Measure(speech, 5);
        _above = default;
    }

    /// <summary>A row of the table.</summary>
    public string Measure(float[] speech, double seconds)
    {
        var samples = Recordings.Repeat(speech, seconds);
        var recognizer = new Recognizer(engine.Model, engine.AcousticModel);
        var (heardWith, heardWithout) = (0L, 0L);
        var with = Time(seconds, () => heardWith = Listen(recognizer, samples, moreWaits: false));
        var without = Time(seconds, () => heardWithout = Listen(recognizer, samples, moreWaits: true));
        var draft = Time(seconds, () => recognizer.Recognize(samples, default, parameters: null, CancellationToken.None));
        var further = ((with.At(0.5) * seconds) - _above.Milliseconds) / (seconds - _above.Seconds);
        _above = (seconds, with.At(0.5) * seconds);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"| {seconds} | {Text(with)} | {further:0.0} | {heardWith / (seconds * Rate):0.0} | {Text(without)} | {heardWithout / (seconds * Rate):0.0} | {Text(draft)} |");
    }

    /// <returns>Samples that passes heard.</returns>
    private long Listen(Recognizer recognizer, float[] samples, bool moreWaits)
    {
        var heard = 0L;
        var segmenter = new UtteranceSegmenter(
            engine.Model,
            (window, cancellationToken) =>
            {
                heard += window.Length;
                return recognizer.Listen(window, parameters: null, cancellationToken);
            },
            new EndPointerOptions(),
            new StreamingOptions(),
            TimeSpan.FromSeconds(120));
        var events = new List<StreamEvent>();
        for (var at = 0; at < samples.Length; at += Rate / 10)
            segmenter.Push(samples.AsSpan(at, Math.Min(Rate / 10, samples.Length - at)), moreWaits, events, CancellationToken.None);
        return heard;
    }

    private static string Text(Distribution costs) => string.Create(CultureInfo.InvariantCulture, $"{costs.At(0.5):0.0} ({costs.At(0):0.0}, {costs.At(1):0.0})");

    private Distribution Time(double audioSeconds, Action action) => new(ProcessorTime.Measure(runs, action).Select(milliseconds => milliseconds / audioSeconds));
}
