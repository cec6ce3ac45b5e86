namespace Attune.Server.Serving;

/// <summary>Where requests compute: on threads of the pool, half as many at a time as there are cores, first come first served.</summary>
/// <remarks>
/// Forward passes bring threads of their own, and health checks must find a free one. A turn lasts until its work ends or awaits something; what comes after an await is
/// a turn of its own, but for what asks not to come back. Thread-safe.
/// </remarks>
internal sealed class ComputeTurns
{
    private readonly TaskScheduler _scheduler =
        new ConcurrentExclusiveSchedulerPair(TaskScheduler.Default, Math.Max(1, Environment.ProcessorCount / 2)).ConcurrentScheduler;

    /// <summary>Computes when it is its turn.</summary>
    public Task RunAsync(Action work, CancellationToken cancellationToken) => Task.Factory.StartNew(work, cancellationToken, TaskCreationOptions.None, _scheduler);

    /// <inheritdoc cref="RunAsync(Action, CancellationToken)"/>
    public Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellationToken) =>
        Task.Factory.StartNew(work, cancellationToken, TaskCreationOptions.None, _scheduler);

    /// <inheritdoc cref="RunAsync(Action, CancellationToken)"/>
    public Task<T> RunAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken) =>
        Task.Factory.StartNew(work, cancellationToken, TaskCreationOptions.None, _scheduler).Unwrap();
}
