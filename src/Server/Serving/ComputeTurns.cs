using Attune.Adaptation;

namespace Attune.Server.Serving;

/// <summary>Where requests compute: on threads of the pool, half as many at a time as there are cores, first come first served.</summary>
/// <remarks>
/// Forward passes bring threads of their own, and health checks must find a free one. A turn lasts until its work ends or awaits something; what comes after an await is
/// a turn of its own, but for what asks not to come back. From the moment that it is asked for until all of it has ended, learning gives way. Thread-safe.
/// </remarks>
internal sealed class ComputeTurns(RequestPrecedence precedence)
{
    private readonly TaskScheduler _scheduler =
        new ConcurrentExclusiveSchedulerPair(TaskScheduler.Default, Math.Max(1, Environment.ProcessorCount / 2)).ConcurrentScheduler;

    /// <summary>Computes when it is its turn.</summary>
    public async Task RunAsync(Action work, CancellationToken cancellationToken)
    {
        using var request = precedence.Begin();
        await Task.Factory.StartNew(work, cancellationToken, TaskCreationOptions.None, _scheduler).ConfigureAwait(false);
    }

    /// <inheritdoc cref="RunAsync(Action, CancellationToken)"/>
    public async Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellationToken)
    {
        using var request = precedence.Begin();
        return await Task.Factory.StartNew(work, cancellationToken, TaskCreationOptions.None, _scheduler).ConfigureAwait(false);
    }

    /// <inheritdoc cref="RunAsync(Action, CancellationToken)"/>
    public async Task<T> RunAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken)
    {
        using var request = precedence.Begin();
        return await Task.Factory.StartNew(work, cancellationToken, TaskCreationOptions.None, _scheduler).Unwrap().ConfigureAwait(false);
    }
}
