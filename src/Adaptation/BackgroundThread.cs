namespace Attune.Adaptation;

/// <summary>A thread for slow updates and for models in the making: apart from those that requests wait for, and behind them where cores are short.</summary>
/// <param name="niceness">One of <see cref="Niceness"/>.</param>
/// <param name="onlyIdleCores">Whether below that: see <see cref="AdaptationThreadOptions.OnlyIdleCores"/>.</param>
/// <remarks>Thread-safe. Disposal waits for the work at hand.</remarks>
public sealed class BackgroundThread(int niceness, bool onlyIdleCores = false) : IDisposable
{
    // One libtorch thread: sums do not depend on the number of cores.
    private readonly AdaptationThreads _threads = new(new AdaptationThreadOptions { Workers = 1, ThreadsPerWorker = 1, QueueCapacity = 1, OnlyIdleCores = onlyIdleCores }, niceness: niceness);

    /// <summary>Runs work in libtorch.</summary>
    /// <exception cref="InvalidOperationException">Work is waiting already.</exception>
    public Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellationToken) =>
        _threads.TryRun(work, cancellationToken) ?? throw new InvalidOperationException("One piece of work at a time.");

    public void Dispose() => _threads.Dispose();
}
