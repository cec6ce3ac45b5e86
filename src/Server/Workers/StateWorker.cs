using Attune.Server.Domains;
using Attune.Server.Serving;
using Attune.Server.State;
using Attune.Server.Text;

namespace Attune.Server.Workers;

/// <summary>Starts the store, empties the outbox into it, follows its events, and forgets what has expired.</summary>
/// <remarks>When the server stops, what is in the outbox is still stored, as long as the shutdown may take.</remarks>
internal sealed partial class StateWorker(
    StateConnection connection, ServingModel serving, TextChanges text, UtteranceOutbox outbox, TimeProvider time, ILogger<StateWorker> logger,
    ILogger<DomainFollower> followerLogger)
    : IHostedService, IDisposable
{
    /// <summary>As often as the store in the process deletes what has expired.</summary>
    private static readonly TimeSpan ForgettingInterval = TimeSpan.FromMinutes(1);

    private readonly CancellationTokenSource _stopping = new();
    private Task _storing = Task.CompletedTask;
    private Task _following = Task.CompletedTask;
    private Task _forgetting = Task.CompletedTask;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await connection.StartAsync(mayMigrate: true, cancellationToken);
        connection.Restored += Refresh;
        _storing = Task.Run(() => outbox.RunAsync(_stopping.Token), CancellationToken.None);
        _following = Task.Run(FollowAsync, CancellationToken.None);
        _forgetting = Task.Run(ForgetAsync, CancellationToken.None);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        connection.Restored -= Refresh;
        outbox.Complete();
        await _storing.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (outbox.Waiting > 0) Log.NotStored(logger, outbox.Waiting);
        await _stopping.CancelAsync();
        await Task.WhenAll(_storing, _following, _forgetting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose()
    {
        _stopping.Cancel(); // a host that failed to start is not stopped
        _stopping.Dispose();
    }

    /// <summary>Audio in memory lasts no longer than that in the store.</summary>
    private async Task ForgetAsync()
    {
        using var timer = new PeriodicTimer(ForgettingInterval, time);
        while (await timer.WaitForNextTickAsync(_stopping.Token)) serving.Domains.Catalogue.ForgetExpired();
    }

    private async Task FollowAsync()
    {
        while (true)
        {
            var (domains, retired) = serving.Following;
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token, retired);
            try
            {
                await new DomainFollower(domains.Stores, domains.Catalogue, text.Changed, time, followerLogger).RunAsync(ending.Token);
            }
            catch (OperationCanceledException) when (retired.IsCancellationRequested && !_stopping.IsCancellationRequested)
            {
                // Another model serves.
            }
        }
    }

    private void Refresh() => _ = serving.Domains.Catalogue.RefreshAllAsync(); // never fails

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "{Count} utterances could not be stored before the server stopped")]
        public static partial void NotStored(ILogger logger, int count);
    }
}
