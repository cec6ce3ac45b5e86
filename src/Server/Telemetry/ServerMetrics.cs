using System.Diagnostics.Metrics;
using Attune.Adaptation;
using Attune.Adaptation.Text.Updates;
using Attune.Server.State;

namespace Attune.Server.Telemetry;

/// <summary>What the server counts and measures, for whoever listens to the meter <see cref="MeterName"/>.</summary>
/// <remarks>
/// Names and units follow OpenTelemetry; docs/metrics.md has them all, and a test compares. No tag names a domain, a client or a checkpoint: their number is not bounded.
/// Thread-safe. Gauges are given by <see cref="ServerGauges"/>.
/// </remarks>
internal sealed class ServerMetrics
{
    public const string MeterName = "Attune";

    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    };

    private static readonly InstrumentAdvice<double> Ratios = new() { HistogramBucketBoundaries = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10] };

    private static readonly InstrumentAdvice<double> Losses = new() { HistogramBucketBoundaries = [0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1] };

    private static readonly InstrumentAdvice<int> Steps = new() { HistogramBucketBoundaries = [0, 1, 2, 3, 5, 10, 20, 50, 100] };

    private readonly Histogram<double> _requestDuration;
    private readonly Counter<double> _audio;
    private readonly Histogram<double> _draftDuration;
    private readonly Histogram<double> _finalDuration;
    private readonly Histogram<double> _realTimeFactor;
    private readonly Counter<long> _utterances;
    private readonly Histogram<int> _steps;
    private readonly Histogram<double> _queueDuration;
    private readonly Histogram<double> _lossBefore;
    private readonly Histogram<double> _lossAfter;
    private readonly Histogram<double> _updateDuration;
    private readonly Counter<long> _gateChecks;
    private readonly Counter<long> _events;
    private readonly Histogram<double> _swapDuration;
    private readonly Histogram<double> _textPieceDuration;
    private readonly Counter<long> _textTokens;
    private readonly Counter<long> _textAdaptations;
    private readonly Histogram<double> _textStepDuration;
    private readonly Counter<long> _tentUpdates;

    public ServerMetrics(IMeterFactory factory)
    {
        Meter = factory.Create(MeterName);
        _requestDuration = Meter.CreateHistogram("attune.request.duration", "s", "Calls and streams, from their arrival to their end", advice: Seconds);
        _audio = Meter.CreateCounter<double>("attune.audio.duration", "s", "Audio of the utterances that were recognised");
        _draftDuration = Meter.CreateHistogram("attune.draft.duration", "s", "From the utterance's turn to its draft", advice: Seconds);
        _finalDuration = Meter.CreateHistogram("attune.final.duration", "s", "From the utterance's turn to its final", advice: Seconds);
        _realTimeFactor = Meter.CreateHistogram("attune.real_time_factor", null, "Duration to the final, divided by the utterance's length", advice: Ratios);
        _utterances = Meter.CreateCounter<long>("attune.utterances", "{utterance}", "Utterances, by what became of adaptation");
        _steps = Meter.CreateHistogram("attune.adaptation.steps", "{step}", "Gradient steps that were run on an utterance", advice: Steps);
        _queueDuration = Meter.CreateHistogram("attune.adaptation.queue.duration", "s", "Time that a fast update waited for its turn", advice: Seconds);
        _lossBefore = Meter.CreateHistogram("attune.adaptation.loss.before", null, "Loss of an utterance before its fast update", advice: Losses);
        _lossAfter = Meter.CreateHistogram("attune.adaptation.loss.after", null, "Loss of an utterance after its fast update", advice: Losses);
        _updateDuration = Meter.CreateHistogram("attune.update.duration", "s", "Slow updates, from taking the lease to giving it back", advice: Seconds);
        _gateChecks = Meter.CreateCounter<long>("attune.gate.checks", "{check}", "Questions that the gate asked of candidates, by answer");
        _events = Meter.CreateCounter<long>("attune.domain.events", "{event}", "What this server did to domains: updates, refusals, resets and the rest, by kind and reason");
        _swapDuration = Meter.CreateHistogram("attune.swap.duration", "s", "Activations of checkpoints, by whether they ended in serving it", advice: Seconds);
        _textPieceDuration = Meter.CreateHistogram("attune.text.piece.duration", "s", "Forward passes of text, which others wait for", advice: Seconds);
        _textAdaptations = Meter.CreateCounter<long>("attune.text.adaptations", "{request}", "Requests about text, by what became of adaptation");
        _textStepDuration = Meter.CreateHistogram("attune.text.adaptation.duration", "s", "Time of the gradient steps on a request about text", advice: Seconds);
        _tentUpdates = Meter.CreateCounter<long>("attune.text.tent.updates", "{update}", "Continual steps on domains' texts: that serve, or after which the domain went back to the model, by the sign");
        _textTokens = Meter.CreateCounter<long>("attune.text.tokens", "{token}", "Tokens of text that were read or written, by method");
    }

    /// <summary>For gauges.</summary>
    public Meter Meter { get; }

    /// <summary>A call or a stream has ended.</summary>
    /// <param name="method">Name of the method.</param>
    /// <param name="status">Label of its status; OK.</param>
    /// <param name="elapsed">From its arrival.</param>
    public void Ended(string method, string status, TimeSpan elapsed) =>
        _requestDuration.Record(elapsed.TotalSeconds, new("method", method), new("status", status));

    /// <summary>An utterance has its draft.</summary>
    public void Drafted(TimeSpan elapsed) => _draftDuration.Record(elapsed.TotalSeconds);

    /// <summary>An utterance has its final.</summary>
    /// <param name="utterance">With what became of adaptation.</param>
    /// <param name="elapsed">From its turn.</param>
    public void Finished(RecognizedUtterance utterance, TimeSpan elapsed)
    {
        var report = utterance.Adaptation;
        _audio.Add(utterance.Duration.TotalSeconds);
        _finalDuration.Record(elapsed.TotalSeconds);
        if (utterance.Duration > TimeSpan.Zero) _realTimeFactor.Record(elapsed / utterance.Duration);
        _utterances.Add(1, new KeyValuePair<string, object?>("outcome", report.Outcome.ToString()));
        _steps.Record(report.Steps.Count);
        if (report.Waited is { } waited) _queueDuration.Record(waited.TotalSeconds);
        if (report.LossBefore is { } before && double.IsFinite(before)) _lossBefore.Record(before);
        if (report.LossAfter is { } after && double.IsFinite(after)) _lossAfter.Record(after);
    }

    /// <summary>A slow update has ended.</summary>
    /// <param name="elapsed">From taking the lease.</param>
    public void Updated(TimeSpan elapsed) => _updateDuration.Record(elapsed.TotalSeconds);

    /// <summary>A domain was changed, and the log has the event.</summary>
    public void Changed(DomainEvent change)
    {
        _events.Add(1, new("kind", change.Kind.ToString()), new("reason", change.Reason ?? ""));
        foreach (var check in change.Checks ?? []) _gateChecks.Add(1, new("question", check.Question.ToString()), new("passed", check.Passed));
    }

    /// <summary>A forward pass of text has ended.</summary>
    public void TextPieceDone(TimeSpan elapsed) => _textPieceDuration.Record(elapsed.TotalSeconds);

    /// <summary>A text was read or written.</summary>
    /// <param name="method">Name of the method.</param>
    /// <param name="tokens">Of the text.</param>
    public void TextDone(string method, int tokens) => _textTokens.Add(tokens, new KeyValuePair<string, object?>("method", method));

    /// <summary>It is decided what a request about text is answered from.</summary>
    public void TextAdapted(TextAdaptationReport report)
    {
        _textAdaptations.Add(1, new KeyValuePair<string, object?>("outcome", report.Outcome.ToString()));
        if (report.Steps.Count > 0) _textStepDuration.Record(report.StepTime.TotalSeconds);
        if (report.Waited is { } waited) _queueDuration.Record(waited.TotalSeconds);
    }

    /// <summary>A domain's texts have made a step, or it went back to the model.</summary>
    /// <param name="result"><c>updated</c>, or the sign of collapse.</param>
    public void TentUpdated(string result) => _tentUpdates.Add(1, new KeyValuePair<string, object?>("result", result));

    /// <summary>An activation has ended.</summary>
    /// <param name="serves">Whether the checkpoint serves now.</param>
    /// <param name="elapsed">From its turn.</param>
    public void Swapped(bool serves, TimeSpan elapsed) => _swapDuration.Record(elapsed.TotalSeconds, new KeyValuePair<string, object?>("serves", serves));
}
