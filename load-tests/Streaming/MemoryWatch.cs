namespace Attune.Streaming;

/// <summary>Looks at the resident memory of this process, again and again, until it is disposed.</summary>
internal sealed class MemoryWatch : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly List<double> _megabytes = [];
    private readonly Task _watching;

    /// <param name="interval">Between two looks.</param>
    public MemoryWatch(TimeSpan interval) => _watching = WatchAsync(interval);

    /// <summary>What was seen so far, in MB and in order.</summary>
    public IReadOnlyList<double> Megabytes
    {
        get
        {
            lock (_gate) return [.. _megabytes];
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching;
        _stop.Dispose();
    }

    private async Task WatchAsync(TimeSpan interval)
    {
        using var timer = new PeriodicTimer(interval);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                lock (_gate) _megabytes.Add(Environment.WorkingSet / 1e6);
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed.
        }
    }
}
