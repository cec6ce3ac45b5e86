using Attune.Cli.Transcription;

namespace Attune.Cli.Evaluation;

/// <summary>Lets a strategy hear a stream, and writes down what it recognises.</summary>
internal sealed class StreamRunner(StrategyStarter starter, EvalJournal journal, TimeProvider time)
{
    /// <summary>Runs what the journal does not have yet.</summary>
    /// <remarks>
    /// A strategy that keeps something is run from the stream's beginning unless the whole stream is there: what it kept is not in the journal.
    /// </remarks>
    public async Task RunAsync(PlannedStream stream, StrategyArgument strategy, FileProgress progress, CancellationToken cancellationToken)
    {
        var done = journal.Of(stream.Id, strategy.Label).Count;
        var asked = journal.Of(stream.HeldOutId, strategy.Label).Count;
        var isComplete = done == stream.Positions.Count && asked == stream.HeldOut.Count;
        var first = isComplete || strategy.IsStateless ? done : 0;
        for (var i = 0; i < first; i++) progress.End();
        if (isComplete) return;

        using var run = await starter.StartAsync(strategy, cancellationToken);
        for (var position = first; position < stream.Positions.Count; position++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            journal.Add(await RecognizeAsync(run, stream, strategy, position, cancellationToken));
            progress.End();
        }

        for (var i = 0; i < stream.HeldOut.Count; i++)
        {
            var text = await run.RecallAsync(stream.Hear(stream.HeldOut[i]).Samples, cancellationToken);
            journal.Add(new UtteranceResult(stream.HeldOutId, strategy.Label, i, text, 0, "recalled", IsReset: false, null, 0, 0));
        }
    }

    private async Task<UtteranceResult> RecognizeAsync(
        IStrategyRun run, PlannedStream stream, StrategyArgument strategy, int position, CancellationToken cancellationToken)
    {
        var place = stream.Positions[position];
        var heard = stream.Hear(place).Samples;
        var cpu = Environment.CpuUsage.TotalTime;
        var started = time.GetTimestamp();
        var answer = await run.RecognizeAsync(heard, place.IsBoundary, cancellationToken);
        return new UtteranceResult(
            stream.Id,
            strategy.Label,
            position,
            answer.Text,
            answer.Steps,
            answer.Outcome,
            answer.IsReset,
            answer.LossImprovement,
            time.GetElapsedTime(started).TotalSeconds,
            (Environment.CpuUsage.TotalTime - cpu).TotalSeconds);
    }
}
