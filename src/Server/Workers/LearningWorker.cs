using Attune.Adaptation;
using Attune.Adaptation.Gate;
using Attune.Adaptation.Slow;
using Attune.Server.Domains;
using Attune.Server.Serving;
using Attune.Server.State;
using Attune.Server.Telemetry;
using Microsoft.Extensions.Options;

namespace Attune.Server.Workers;

/// <summary>
/// Lets <see cref="DomainUpdater"/> run for the model that serves, as long as there is something to learn, and looks again every second. When
/// another model serves, its domains learn.
/// </summary>
/// <remarks>A failed round is logged, and the next one is tried. A damaged guard set stops the server: without it nothing that is learnt could be judged.</remarks>
internal sealed partial class LearningWorker(
    ServingModel serving,
    GuardSets guards,
    BackgroundThread thread,
    RequestPrecedence precedence,
    IOptions<SlowUpdateOptions> slowOptions,
    IOptions<GateOptions> gateOptions,
    StateOptions stateOptions,
    ServerMetrics metrics,
    TimeProvider time,
    ILogger<LearningWorker> logger,
    ILogger<DomainUpdater> updaterLogger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!slowOptions.Value.ResolveStrategy().LearnsSlowly) return;
        while (!stoppingToken.IsCancellationRequested)
        {
            using var lease = serving.Lease();
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, lease.Retired);
            try
            {
                await LearnAsync(lease, ending.Token);
            }
            catch (OperationCanceledException) when (ending.IsCancellationRequested)
            {
                // Another model serves, or the server stops.
            }
        }
    }

    private async Task LearnAsync(ModelLease lease, CancellationToken cancellationToken)
    {
        var guard = await guards.HearAsync(lease.Model, thread, cancellationToken);
        var rounds = new SpeechRounds(lease.Domains.Reader, lease.Recognizer.CreateLearner(slowOptions.Value, gateOptions.Value, guard, precedence));
        var updater = new DomainUpdater(lease.Domains.Reader, thread, stateOptions, metrics, time, updaterLogger);
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
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
                Log.RoundFailed(logger, exception);
            }
        }
        while (await timer.WaitForNextTickAsync(cancellationToken));
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "A round of updates failed")]
        public static partial void RoundFailed(ILogger logger, Exception exception);
    }
}
