using Attune.Adaptation;
using Attune.Adaptation.Text;
using Attune.Adaptation.Text.Slow;
using Attune.Server.Domains;
using Attune.Server.State;
using Attune.Server.Telemetry;
using Attune.Server.Text;
using Microsoft.Extensions.Options;

namespace Attune.Server.Workers;

/// <summary>Lets the domains of each text model that serves learn from their examples, and keeps those in memory as they are in the store.</summary>
/// <remarks>
/// On the thread that speech learns on, behind requests, one model after another; looks every second for what there is to learn. A failed round is logged, and the next one is tried.
/// </remarks>
internal sealed partial class TextLearningWorker(
    TextModels models,
    TextDomains domains,
    BackgroundThread thread,
    RequestPrecedence precedence,
    IOptions<TextSlowOptions> options,
    StateConnection connection,
    StateOptions stateOptions,
    ServerMetrics metrics,
    TimeProvider time,
    ILogger<TextLearningWorker> logger,
    ILogger<DomainUpdater> updaterLogger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _turn = new(1, 1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        connection.Restored += Refresh;
        try
        {
            await Task.WhenAll(models.Names.Select(name => ServeAsync(name, stoppingToken)));
        }
        finally
        {
            connection.Restored -= Refresh;
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        _turn.Dispose();
    }

    /// <summary>Works for one model after the other that serves by a name.</summary>
    private async Task ServeAsync(string name, CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            using var lease = models.Lease(name);
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, lease.Model.Retired);
            try
            {
                await Task.WhenAll(domains.CreateFollower(lease.Model).RunAsync(ending.Token), LearnAsync(lease.Model, ending.Token));
            }
            catch (OperationCanceledException) when (lease.Model.Retired.IsCancellationRequested && !stoppingToken.IsCancellationRequested)
            {
                // Another checkpoint serves.
            }
        }
    }

    private async Task LearnAsync(ServedTextModel model, CancellationToken cancellationToken)
    {
        if (options.Value.ExamplesPerUpdate == 0) return;
        TextLearner? learner = null;
        var rounds = new TextRounds(model, domains.Of(model), ending => learner ??= CreateLearner(model, ending), options.Value);
        var updater = new DomainUpdater(domains.Of(model).Reader, thread, stateOptions, metrics, time, updaterLogger);
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            await _turn.WaitAsync(cancellationToken);
            try
            {
                while (await updater.RunRoundAsync(rounds, cancellationToken) > 0)
                {
                }
            }
            catch (StateUnavailableException)
            {
                // Told by the connection already.
            }
            catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                Log.RoundFailed(logger, model.Name, exception);
            }
            finally
            {
                _turn.Release();
            }
        }
        while (await timer.WaitForNextTickAsync(cancellationToken));
    }

    private TextLearner CreateLearner(ServedTextModel model, CancellationToken cancellationToken)
    {
        var guard = new List<string>();
        for (var i = 0; i < options.Value.GuardTexts && model.Engine.IsCausal; i++)
        {
            precedence.GiveWay(cancellationToken);
            guard.AddRange(OwnTexts.Write(model.Engine, 1, options.Value.GuardTokens, seed: i, cancellationToken));
        }

        return model.Adapter.CreateLearner(model.Engine.Set!, guard, options.Value, precedence);
    }

    private void Refresh() => _ = domains.RefreshAllAsync(); // never fails

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "A round of updates of the text model {Model} failed")]
        public static partial void RoundFailed(ILogger logger, string model, Exception exception);
    }
}
