using Attune.Adaptation.Fast;

namespace Attune.Adaptation;

/// <summary>The fast update of one utterance, run alone or in one batch with others of its model that wait.</summary>
/// <param name="update">What adapts.</param>
/// <param name="inUse">Held while it does; where its writer has it for good, nothing is computed any more.</param>
/// <param name="job">The utterance.</param>
/// <param name="terms">What decides its turn.</param>
/// <param name="time">Clock of the wait, which begins now.</param>
internal sealed class FastUpdateWork(FastUpdate update, ReaderWriterLockSlim inUse, FastUpdateJob job, WorkTerms terms, TimeProvider time) : WorkPiece(terms)
{
    private readonly long _queued = time.GetTimestamp();
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when the work has left the queue.</summary>
    public Task Begun => _begun.Task;

    /// <summary>What was found; null if the budget had no room for it, or the model is gone.</summary>
    public Task<FastUpdateResult?> Result => job.Result;

    /// <summary>Time in the queue; zero until the work has left it.</summary>
    public TimeSpan Waited { get; private set; }

    /// <summary>Utterances that it was run with, itself included; 0 until it has left the queue.</summary>
    public int BatchSize { get; private set; }

    private FastUpdate Update => update;

    private FastUpdateJob Job => job;

    /// <summary>Gives up what has not begun; false if it has.</summary>
    public bool TryAbandon()
    {
        if (!_begun.TrySetCanceled()) return false;
        job.Complete(null);
        return true;
    }

    public override bool Takes(IReadOnlyList<WorkPiece> pieces, WorkPiece next) =>
        next is FastUpdateWork other && other.Update == update && update.IsFasterWith(Jobs(pieces), other.Job);

    public override void Run(IReadOnlyList<WorkPiece> pieces)
    {
        foreach (var work in pieces.Cast<FastUpdateWork>()) work.Begin(pieces.Count);
        var jobs = Jobs(pieces);
        if (!inUse.TryEnterReadLock(TimeSpan.Zero))
        {
            foreach (var other in jobs) other.Complete(null);
            return;
        }

        try
        {
            update.Run(jobs);
        }
        finally
        {
            inUse.ExitReadLock();
        }
    }

    public override void Refuse(CancellationToken stopping) => job.Cancel(stopping);

    private void Begin(int batchSize)
    {
        _begun.TrySetResult(); // first of all: a request that is cancelled now waits for it
        Waited = time.GetElapsedTime(_queued);
        BatchSize = batchSize;
    }

    private static FastUpdateJob[] Jobs(IReadOnlyList<WorkPiece> pieces) => [.. pieces.Cast<FastUpdateWork>().Select(work => work.Job)];
}
