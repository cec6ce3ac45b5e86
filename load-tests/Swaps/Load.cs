using System.Diagnostics;

namespace Attune.Swaps;

/// <summary>Clients at work.</summary>
internal sealed class Load : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    private Load(LoadClient[] clients, Stopwatch clock) => _running = Task.WhenAll(clients.Select(client => client.RunAsync(clock, _stop.Token)));

    public static Load Start(LoadClient[] clients, Stopwatch clock) => new(clients, clock);

    /// <summary>Sends no more, and waits for what is under way.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }
}
