using static TorchSharp.torch;

namespace Attune.Adaptation;

/// <summary>Dedicated threads for work in libtorch, with a bounded queue in front.</summary>
/// <remarks>
/// TorchSharp's dispose scopes, gradient mode and thread count belong to the thread, and so a thread of the pool that comes back from an
/// <c>await</c> as another would leak tensors and compute gradients that nobody asked for. Work here is synchronous from beginning to
/// end. What waits is taken as <see cref="WorkQueue"/> says. Thread-safe. Disposing lets the work at hand finish and refuses what waits.
/// </remarks>
public sealed class AdaptationThreads : IDisposable
{
    /// <summary>Pieces of work after which freed memory is returned if the process has grown.</summary>
    private const int WorkBetweenLooks = 16;

    /// <summary>Time without work after which freed memory is returned: longer than most pauses between two utterances, since the first one after it pays.</summary>
    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(5);

    private readonly WorkQueue _queue;
    private readonly object _gate = new();
    private readonly List<Thread> _threads = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly int _maxBatch, _niceness;
    private TimeSpan _running;
    private int _busy;

    /// <param name="options">How many.</param>
    /// <param name="preferredThreads">libtorch threads of each where the options leave it open; no more than there are cores.</param>
    /// <param name="time">Clock of deadlines; the system's if null.</param>
    /// <param name="niceness">How far they stand behind the other threads of the process: one of <see cref="Niceness"/>, or 0 for not at all.</param>
    public AdaptationThreads(AdaptationThreadOptions options, int preferredThreads = 2, TimeProvider? time = null, int niceness = 0)
    {
        _niceness = niceness;
        TorchRuntime.EnsureLoaded();
        ThreadsPerWorker = options.ThreadsPerWorker > 0 ? options.ThreadsPerWorker : Math.Min(preferredThreads, Environment.ProcessorCount);
        Workers = options.Workers > 0 ? options.Workers : Math.Max(1, Environment.ProcessorCount / ThreadsPerWorker);
        _maxBatch = options.MaxBatch;
        _queue = new WorkQueue(options.QueueCapacity, time ?? TimeProvider.System);
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
    public int Waiting
    {
        get
        {
            lock (_gate) return _queue.Count;
        }
    }

    /// <summary>Time until a piece of work would probably begin, judged by the costs of what goes before it and of what runs, each by itself; batches end sooner.</summary>
    public TimeSpan ExpectedWait(WorkTerms terms)
    {
        lock (_gate) return (_queue.CostBefore(terms) + (_running / 2)) / Workers;
    }

    /// <summary>Queues a piece of work that is wanted at no time in particular.</summary>
    /// <inheritdoc cref="TryRun{T}(Func{T}, WorkTerms, CancellationToken)"/>
    public Task<T>? TryRun<T>(Func<T> work, CancellationToken cancellationToken) => TryRun(work, default, cancellationToken);

    /// <summary>Queues a piece of work.</summary>
    /// <param name="work">Runs on one of the threads; its tensors must not outlive it but for those it detaches and returns.</param>
    /// <param name="terms">Decide its turn.</param>
    /// <param name="cancellationToken">Work that has not begun when this is cancelled is not begun.</param>
    /// <returns>Its result; null if the queue is full, or the threads are being stopped.</returns>
    public Task<T>? TryRun<T>(Func<T> work, WorkTerms terms, CancellationToken cancellationToken)
    {
        var piece = new FunctionWork<T>(work, terms, cancellationToken);
        return TryRun(piece) ? piece.Result : null;
    }

    /// <summary>Queues a piece of work that may be run together with others; false if the queue is full, or the threads are being stopped.</summary>
    internal bool TryRun(WorkPiece piece)
    {
        lock (_gate)
        {
            if (_stopping.IsCancellationRequested || !_queue.TryAdd(piece)) return false;
            Monitor.Pulse(_gate);
            return true;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _stopping.Cancel();
            Monitor.PulseAll(_gate);
        }

        foreach (var thread in _threads) thread.Join();
        _stopping.Dispose();
    }

    private void Work()
    {
        Niceness.Apply(_niceness);
        set_num_threads(ThreadsPerWorker); // of this thread's parallel regions
        var (mayReturn, sinceLook) = (false, 0);
        while (true)
        {
            var (pieces, ended) = Take(mayReturn ? IdleTime : Timeout.InfiniteTimeSpan);
            if (ended) return;
            mayReturn = pieces.Count > 0;
            if (mayReturn)
            {
                Run(pieces);
                sinceLook += pieces.Count;
                if (sinceLook < WorkBetweenLooks) continue;
                TorchRuntime.ReturnFreedMemoryIfGrown();
            }
            else
            {
                TorchRuntime.ReturnFreedMemory();
            }

            sinceLook = 0;
        }
    }

    private void Run(IReadOnlyList<WorkPiece> pieces)
    {
        if (_stopping.IsCancellationRequested)
        {
            foreach (var piece in pieces) piece.Refuse(_stopping.Token);
        }
        else
        {
            pieces[0].Run(pieces);
        }

        lock (_gate)
        {
            _running -= Cost(pieces);
            _busy--;
        }
    }

    /// <summary>The next pieces; none if nothing came within the time given, or if everything has ended.</summary>
    private (IReadOnlyList<WorkPiece> Pieces, bool Ended) Take(TimeSpan patience)
    {
        lock (_gate)
        {
            while (true)
            {
                // Workers that have nothing to do get their share: two at once are faster than a batch of two.
                var free = Workers - _busy; // this one and others
                var share = (_queue.Count + free - 1) / free;
                if (_queue.Take(Math.Clamp(share, 1, _maxBatch)) is { Count: > 0 } pieces)
                {
                    _running += Cost(pieces);
                    _busy++;
                    return (pieces, false);
                }

                if (_stopping.IsCancellationRequested) return ([], true);
                if (!Monitor.Wait(_gate, patience)) return ([], false);
            }
        }
    }

    private static TimeSpan Cost(IReadOnlyList<WorkPiece> pieces) => pieces.Aggregate(TimeSpan.Zero, (sum, piece) => sum + piece.Terms.Cost);
}
