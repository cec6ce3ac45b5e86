using System.Runtime.InteropServices;

namespace Attune.Adaptation;

/// <summary>The thread of slow updates: apart from those that requests wait for, and behind them where cores are short.</summary>
/// <remarks>Thread-safe. Disposal waits for the work at hand.</remarks>
public sealed partial class LearningThread : IDisposable
{
    /// <summary>The nice value of work that nobody waits for.</summary>
    private const int Nice = 10;

    // One libtorch thread: those of a team would have the priority of whoever made them, and sums do not depend on the number of cores.
    private readonly AdaptationThreads _threads = new(new AdaptationThreadOptions { Workers = 1, ThreadsPerWorker = 1, QueueCapacity = 1 });
    private bool _isLowered;

    /// <summary>Runs work in libtorch.</summary>
    /// <exception cref="InvalidOperationException">Work is waiting already.</exception>
    public Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellationToken) =>
        _threads.TryRun(() => Run(work), cancellationToken) ?? throw new InvalidOperationException("One piece of work at a time.");

    public void Dispose() => _threads.Dispose();

    private T Run<T>(Func<T> work)
    {
        if (!_isLowered) _ = SetPriority(which: 0, who: 0, Nice); // of the calling thread; without it learning is only less polite
        _isLowered = true;
        return work();
    }

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, int who, int priority);
}
