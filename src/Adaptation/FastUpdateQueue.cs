using Attune.Adaptation.Collapse;
using Attune.Adaptation.Fast;

namespace Attune.Adaptation;

/// <summary>The way of an utterance through the queue to its fast update, for as long as its budget lets it wait.</summary>
/// <remarks>Recognition never waits for the adaptation of others longer than a budget allows. Thread-safe.</remarks>
/// <param name="update">What adapts.</param>
/// <param name="threads">Where it does, with the queue.</param>
/// <param name="inUse">Held while it does; where its writer has it for good, nothing is computed any more.</param>
/// <param name="time">Clock of the wait.</param>
internal sealed class FastUpdateQueue(FastUpdate update, AdaptationThreads threads, ReaderWriterLockSlim inUse, TimeProvider time)
{
    /// <summary>Adapts to an utterance when its turn comes, or says why not.</summary>
    /// <param name="sound">Its draft, and what to start from.</param>
    /// <param name="audio">Its length.</param>
    /// <param name="steps">Gradient steps, from 1.</param>
    /// <param name="request">Its flow and neighbours.</param>
    /// <param name="remaining">Asked more than once: what is left of its budget; null for any time.</param>
    /// <param name="cancellationToken">Honoured in the queue and between steps.</param>
    public async Task<FastUpdateTurn> RunAsync(
        SoundDraft sound, TimeSpan audio, int steps, AdaptationRequest request, Func<TimeSpan?> remaining, CancellationToken cancellationToken)
    {
        // What would find too little of its budget left when its turn comes is not queued: it answers now, and holds nobody up.
        var terms = Terms(audio, steps, remaining(), request);
        if (terms.Budget is { } budget && !(update.HasRoom(budget, audio) && threads.ExpectedWait(terms) <= update.Patience(budget, audio)))
            return FastUpdateTurn.Skip(AdaptationOutcome.BudgetSpent);

        var draft = sound.Draft;
        var job = new FastUpdateJob(sound.From, draft.Waveform, draft.Hidden, steps, remaining, cancellationToken) { Neighbours = request.Neighbours };
        var work = new FastUpdateWork(update, inUse, job, terms, time);
        if (!threads.TryRun(work)) return FastUpdateTurn.Skip(AdaptationOutcome.Overloaded);
        if (await BeginsInTimeAsync(work, remaining() is { } left ? update.Patience(left, audio) : null, cancellationToken).ConfigureAwait(false)
            && await TraceAsync(work).ConfigureAwait(false) is { } result)
        {
            return new FastUpdateTurn(result, work.Waited, default);
        }

        return FastUpdateTurn.Skip(AdaptationOutcome.BudgetSpent);
    }

    /// <summary>
    /// The turn of a fast update: its steps and the final pass, but no more than its budget lets it run. Neighbours are not known yet; they count as long as the utterance.
    /// </summary>
    private WorkTerms Terms(TimeSpan audio, int steps, TimeSpan? budget, AdaptationRequest request)
    {
        var cost = update.WithFinal(update.Costs.Predict(audio), steps) * (1 + (request.Neighbours?.Count ?? 0));
        return new WorkTerms(budget, request.Flow, budget < cost ? budget.Value : cost);
    }

    /// <summary>
    /// Waits until the work has left the queue, but no longer than it can begin in time or the request is wanted. Work that begins later finds that nobody waits, or
    /// its request cancelled, and computes nothing.
    /// </summary>
    private async Task<bool> BeginsInTimeAsync(FastUpdateWork work, TimeSpan? patience, CancellationToken cancellationToken)
    {
        try
        {
            // Cancelled work ends without having begun.
            var begun = Task.WhenAny(work.Begun, work.Result);
            await begun.WaitAsync(patience is { } limit ? TimeSpan.FromTicks(Math.Max(0, limit.Ticks)) : Timeout.InfiniteTimeSpan, time, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return !work.TryAbandon();
        }
    }

    /// <summary>The result of an update that has begun, as an activity of its request.</summary>
    private static async Task<FastUpdateResult?> TraceAsync(FastUpdateWork work)
    {
        using var activity = AttuneActivities.Source.StartActivity("fast update");
        var result = await work.Result.ConfigureAwait(false);
        activity?.SetTag("attune.steps", result?.Steps.Count ?? 0);
        activity?.SetTag("attune.loss.before", result?.Steps[0].Loss);
        activity?.SetTag("attune.loss.after", result?.LossAfter);
        activity?.SetTag("attune.batch", work.BatchSize);
        return result;
    }
}
