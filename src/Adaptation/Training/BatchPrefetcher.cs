using System.Collections.Concurrent;

namespace Attune.Adaptation.Training;

/// <summary>Prepares the next batches on a thread of its own while the model trains on the current one.</summary>
/// <remarks>One consumer. What it gives is what the sequence gives, in order. Disposing ends the thread.</remarks>
internal sealed class BatchPrefetcher : IDisposable
{
    /// <summary>Batches prepared ahead: a few MB each.</summary>
    private const int Ahead = 3;

    private readonly BlockingCollection<PreparedBatch> _batches = new(Ahead);
    private readonly CancellationTokenSource _stop = new();
    private readonly Thread _thread;
    private Exception? _failure;

    public BatchPrefetcher(IEnumerable<PreparedBatch> batches)
    {
        _thread = new Thread(() => Fill(batches)) { IsBackground = true, Name = "Training data" };
        _thread.Start();
    }

    /// <summary>The next batch, when it is ready.</summary>
    /// <exception cref="InvalidOperationException">Preparing failed, or there are no more.</exception>
    public PreparedBatch Take(CancellationToken cancellationToken)
    {
        try
        {
            return _batches.Take(cancellationToken);
        }
        catch (InvalidOperationException exception)
        {
            throw new InvalidOperationException("No further batch could be prepared.", _failure ?? exception);
        }
    }

    public void Dispose()
    {
        _stop.Cancel();
        _thread.Join();
        _batches.Dispose();
        _stop.Dispose();
    }

    private void Fill(IEnumerable<PreparedBatch> batches)
    {
        try
        {
            foreach (var batch in batches) _batches.Add(batch, _stop.Token);
        }
        catch (OperationCanceledException)
        {
            // Disposed.
        }
        catch (Exception exception)
        {
            // Thrown where it can be handled: on the consumer's thread.
            _failure = exception;
        }

        _batches.CompleteAdding();
    }
}
