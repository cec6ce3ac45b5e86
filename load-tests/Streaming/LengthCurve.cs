using System.Diagnostics;
using System.Globalization;
using Attune.Adaptation;
using Attune.Adaptation.Fast;
using Attune.Recognition;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Models;

namespace Attune.Streaming;

/// <summary>What an utterance costs the processor, by its length.</summary>
/// <param name="speech">At 16 kHz, as often as a length needs.</param>
/// <param name="runs">Of each number.</param>
internal sealed class LengthCurve(float[] speech, int runs)
{
    private static readonly double[] Lengths = [2, 5, 10, 15, 20, 25, 30];

    /// <summary>Until the code that runs often is compiled as it stays.</summary>
    private static readonly TimeSpan WarmUpTime = TimeSpan.FromSeconds(5);

    /// <summary>Measures, and writes the table.</summary>
    public CurvePicture Measure(Report report)
    {
        var fast = new FastUpdateOptions();
        using var model = Model.Open(new RecognitionOptions().ResolveModel());
        using var recognizer = new AdaptiveRecognizer(
            model, new RecognitionOptions { MaxUtterance = TimeSpan.FromSeconds(Lengths[^1]) }, new OnnxOptions(), fast, new AdaptationThreadOptions(), TimeProvider.System);
        var shortest = Recordings.Repeat(speech, Lengths[0]);
        for (var started = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(started) < WarmUpTime;) Recognize(recognizer, shortest, fast.Steps);
        report.Add("| utterance, s | draft, ms of processor time | for each second | adaptation, ms of processor time | for each second |");
        report.Add("|---|---|---|---|---|");
        var (drafts, finals) = (new List<CurvePoint>(), new List<CurvePoint>());
        foreach (var seconds in Lengths)
        {
            var samples = Recordings.Repeat(speech, seconds);
            var draft = new Distribution(ProcessorTime.Measure(4 * runs, () => Recognize(recognizer, samples, steps: 0)));
            var final = new Distribution(ProcessorTime.Measure(runs, () => Recognize(recognizer, samples, fast.Steps)));
            drafts.Add(CurvePoint.Of(seconds, draft));
            finals.Add(CurvePoint.Of(seconds, final));
            report.Add(string.Create(CultureInfo.InvariantCulture, $"| {seconds} | {Cell(draft)} | {draft.At(0.5) / seconds:0.0} | {Cell(final)} | {final.At(0.5) / seconds:0.0} |"));
        }

        var (draftCurve, finalCurve) = (Curve.OfCosts("draft", drafts), Curve.OfCosts($"draft, {fast.Steps} steps and final", finals));
        report.Add("");
        report.Add($"Where it stops being linear: {draftCurve.EndAt("s")}; {finalCurve.EndAt("s")}.");
        const string x = "length of the utterance (s)", y = "processor time (ms)", end = "stops being linear";
        return new CurvePicture("Cost of an utterance by its length", [new(x, y, [draftCurve], end), new(x, y, [finalCurve], end)]);
    }

    private static string Cell(Distribution milliseconds) =>
        string.Create(CultureInfo.InvariantCulture, $"{milliseconds.At(0.5):0.0} ({milliseconds.At(0):0.0}, {milliseconds.At(1):0.0})");

    private static void Recognize(AdaptiveRecognizer recognizer, float[] samples, int steps)
    {
        var recognized = recognizer.RecognizeUtteranceAsync(samples, default, from: null, new AdaptationRequest(steps), draftReady: null, CancellationToken.None).GetAwaiter().GetResult();
        if (recognized.Adaptation.Steps.Count != steps) throw new InvalidOperationException($"{steps} steps were wanted, {recognized.Adaptation.Steps.Count} were run: {recognized.Adaptation.Outcome}.");
    }
}
