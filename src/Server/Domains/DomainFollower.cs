using Attune.Server.State;

namespace Attune.Server.Domains;

/// <summary>Keeps the domains in memory as the store has them: follows the events of their scope.</summary>
/// <param name="stores">The scope.</param>
/// <param name="catalogue">Its domains in memory.</param>
/// <param name="changed">Told of each event, before the domain is read again.</param>
/// <param name="time">Clock of pauses.</param>
/// <param name="logger">Told what fails.</param>
internal sealed partial class DomainFollower(
    ScopeStores stores, DomainCatalogue catalogue, Action<DomainEvent> changed, TimeProvider time, ILogger<DomainFollower> logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Follows until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var after = await StartAsync(cancellationToken);
        while (true)
        {
            try
            {
                await foreach (var item in stores.Events.WatchAsync(after, cancellationToken))
                {
                    after = item.Id;
                    changed(item);
                    await catalogue.RefreshAsync(item.Domain);
                }
            }
            catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                Log.Failed(logger, exception);
                await Task.Delay(Pause, time, cancellationToken);
            }
        }
    }

    /// <summary>Makes the scope known, and gives the id of the last event, as soon as the store can be reached.</summary>
    private async Task<long> StartAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await stores.Domains.RegisterAsync(cancellationToken);
                return await stores.Events.LastIdAsync(cancellationToken);
            }
            catch (StateUnavailableException)
            {
                await Task.Delay(Pause, time, cancellationToken);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "The events of domains could not be followed; it is tried again")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
