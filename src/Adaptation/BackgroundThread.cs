using System.Runtime.InteropServices;

namespace Attune.Adaptation;

/// <summary>A thread for slow updates and for models in the making: apart from those that requests wait for, and behind them where cores are short.</summary>
/// <param name="niceness">Nice value in Linux, from 0 to 19; threads of one process compete by it.</param>
/// <remarks>Thread-safe. Disposal waits for the work at hand.</remarks>
public sealed partial class BackgroundThread(int niceness) : IDisposable
{
    /// <summary>Nice value of learning: a tenth of what a request gets where both want a core.</summary>
    public const int Learning = 10;

    /// <summary>Nice value of making a model while another serves: what requests leave.</summary>
    public const int Making = 19;

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
        if (!_isLowered) _ = SetPriority(which: 0, who: 0, niceness); // of the calling thread; without it the work is only less polite
        _isLowered = true;
        return work();
    }

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, int who, int priority);
}
