using System.Threading.Channels;
using static TorchSharp.torch;

namespace Attune.Adaptation;

/// <summary>Dedicated threads for work in libtorch, with a bounded queue in front.</summary>
/// <remarks>
/// TorchSharp's dispose scopes, gradient mode and thread count belong to the thread, and so a thread of the pool that comes back from an
/// <c>await</c> as another would leak tensors and compute gradients that nobody asked for. Work here is synchronous from beginning to
/// end. Thread-safe. Disposing lets the work at hand finish and refuses what waits.
/// </remarks>
public sealed class AdaptationThreads : IDisposable
{
    /// <summary>
    /// Pieces of work after which freed memory is returned. Without it, resident memory still rose by 60 MB over 600 utterances; with it, it
    /// moves within 40 MB and does not rise, at under half a millisecond for each.
    /// </summary>
    private const int WorkBetweenReturns = 16;

    private readonly Channel<Action> _queue;
    private readonly List<Thread> _threads = [];
    private readonly CancellationTokenSource _stopping = new();
    private int _waiting;

    public AdaptationThreads(AdaptationThreadOptions options)
    {
        TorchRuntime.EnsureLoaded();
        ThreadsPerWorker = options.ThreadsPerWorker > 0 ? options.ThreadsPerWorker : Math.Min(2, Environment.ProcessorCount);
        Workers = options.Workers > 0 ? options.Workers : Math.Max(1, Environment.ProcessorCount / ThreadsPerWorker);
        _queue = Channel.CreateBounded<Action>(new BoundedChannelOptions(options.QueueCapacity) { FullMode = BoundedChannelFullMode.Wait });
        for (var i = 0; i < Workers; i++)
        {
            var thread = new Thread(Work) { IsBackground = true, Name = $"adaptation-{i}" };
            _threads.Add(thread);
            thread.Start();
        }
    }

    /// <summary>Pieces of work that run at the same time.</summary>
    public int Workers { get; }

    /// <summary>libtorch threads of each.</summary>
    public int ThreadsPerWorker { get; }

    /// <summary>Pieces of work that wait.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Queues a piece of work.</summary>
    /// <param name="work">Runs on one of the threads; its tensors must not outlive it but for those it detaches and returns.</param>
    /// <param name="cancellationToken">Work that has not begun when this is cancelled is not begun.</param>
    /// <returns>Its result; null if the queue is full, or the threads are being stopped.</returns>
    public Task<T>? TryRun<T>(Func<T> work, CancellationToken cancellationToken)
    {
        var completion = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Interlocked.Increment(ref _waiting);
        if (_queue.Writer.TryWrite(Run)) return completion.Task;
        Interlocked.Decrement(ref _waiting);
        return null;

        void Run()
        {
            Interlocked.Decrement(ref _waiting);
            if (cancellationToken.IsCancellationRequested) completion.SetCanceled(cancellationToken);
            else if (_stopping.IsCancellationRequested) completion.SetCanceled(_stopping.Token);
            else Complete(work, completion);
        }
    }

    public void Dispose()
    {
        _queue.Writer.TryComplete();
        _stopping.Cancel();
        foreach (var thread in _threads) thread.Join();
        _stopping.Dispose();
    }

    private static void Complete<T>(Func<T> work, TaskCompletionSource<T> completion)
    {
        try
        {
            completion.SetResult(work());
        }
        catch (OperationCanceledException exception)
        {
            completion.SetCanceled(exception.CancellationToken);
        }
        catch (Exception exception)
        {
            completion.SetException(exception);
        }
    }

    private void Work()
    {
        set_num_threads(ThreadsPerWorker); // of this thread's parallel regions
        var reader = _queue.Reader;
        var finished = 0;
        while (true)
        {
            if (reader.TryRead(out var run))
            {
                run();
                if (++finished % WorkBetweenReturns == 0) TorchRuntime.ReturnFreedMemory();
            }
            else if (!reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult()) return;
        }
    }
}
