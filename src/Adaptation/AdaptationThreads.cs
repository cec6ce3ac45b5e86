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

    /// <summary>Time without requests after which freed memory is returned: longer than most pauses between two utterances, since the first one after it pays.</summary>
    internal static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(5);

    private readonly WorkQueue _queue;
    private readonly object _gate = new();
    private readonly List<Thread> _threads = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly TimeProvider _time;
    private readonly int _maxBatch, _niceness;
    private readonly bool _onlyIdleCores;
    private TimeSpan _running;
    private long _lastRequest;
    private int _busy;

    /// <param name="options">How many.</param>
    /// <param name="preferredThreads">libtorch threads of each where the options leave it open; no more than there are cores.</param>
    /// <param name="time">Clock of deadlines; the system's if null.</param>
    /// <param name="niceness">How far they stand behind the other threads of the process: one of <see cref="Niceness"/>, or 0 for not at all.</param>
    public AdaptationThreads(AdaptationThreadOptions options, int preferredThreads = 2, TimeProvider? time = null, int niceness = 0)
    {
        (_niceness, _onlyIdleCores) = (niceness, options.OnlyIdleCores);
        _time = time ?? TimeProvider.System;
        _lastRequest = _time.GetTimestamp();
        TorchRuntime.EnsureLoaded();
        ThreadsPerWorker = options.ThreadsPerWorker > 0 ? options.ThreadsPerWorker : Math.Min(preferredThreads, Environment.ProcessorCount);
        Workers = options.Workers > 0 ? options.Workers : Math.Max(1, Environment.ProcessorCount / ThreadsPerWorker);
        _maxBatch = options.MaxBatch;
        _queue = new WorkQueue(options.QueueCapacity, _time);
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

    /// <summary>Time until there will have been neither work nor a request for five seconds; zero if it has come.</summary>
    internal TimeSpan UntilIdle
    {
        get
        {
            var left = IdleTime - _time.GetElapsedTime(Volatile.Read(ref _lastRequest));
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    /// <summary>
    /// Says that a request is being served, adapted to or not, so that freed memory is kept for the next one that is. Else steps that are tried now and then, as budgets allow them, would
    /// each take all their memory anew, be late for that, and be tried even less.
    /// </summary>
    public void NoteRequest() => Volatile.Write(ref _lastRequest, _time.GetTimestamp());

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
        Niceness.Apply(_niceness, _onlyIdleCores);
        set_num_threads(ThreadsPerWorker); // of this thread's parallel regions
        var (hasFreed, sinceLook) = (false, 0);
        while (true)
        {
            var (pieces, ended) = Take(hasFreed ? UntilIdle : Timeout.InfiniteTimeSpan);
            if (ended) return;
            if (pieces.Count > 0)
            {
                Run(pieces);
                NoteRequest();
                hasFreed = true;
                sinceLook += pieces.Count;
                if (sinceLook < WorkBetweenLooks) continue;
                sinceLook = 0;
                TorchRuntime.ReturnFreedMemoryIfGrown();
            }
            else if (UntilIdle == TimeSpan.Zero) // else requests were served meanwhile that needed nothing of these threads
            {
                TorchRuntime.ReturnFreedMemory();
                (hasFreed, sinceLook) = (false, 0);
            }
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
