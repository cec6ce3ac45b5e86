using Attune.Adaptation;
using Attune.Adaptation.Gate;
using Attune.Adaptation.Slow;
using Attune.Recognition.Audio;
using Attune.Server.Domains;
using Attune.Server.State;
using Microsoft.Extensions.Options;

namespace Attune.Server.Workers;

/// <summary>Lets <see cref="DomainUpdater"/> run as long as there is something to learn, and looks again every second.</summary>
/// <remarks>A failed round is logged, and the next one is tried. A damaged guard set stops the server: without it nothing that is learnt could be judged.</remarks>
internal sealed partial class LearningWorker(
    DomainUpdater updater, AdaptiveRecognizer recognizer, AudioDecoder decoder, IOptions<SlowUpdateOptions> slow, IOptions<GateOptions> gate, TimeProvider time,
    ILogger<LearningWorker> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!slow.Value.ResolveStrategy().LearnsSlowly) return;
        try
        {
            await LearnAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // A host that is disposed without having been stopped would take it for a fault.
        }
    }

    private async Task LearnAsync(CancellationToken stoppingToken)
    {
        var learner = recognizer.CreateLearner(slow.Value, gate.Value, await recognizer.ReadGuardSetAsync(decoder, stoppingToken));
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                while (await updater.RunRoundAsync(learner, stoppingToken) > 0)
                {
                }
            }
            catch (StateUnavailableException)
            {
                // Told by the connection already.
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                Log.RoundFailed(logger, exception);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "A round of updates failed")]
        public static partial void RoundFailed(ILogger logger, Exception exception);
    }
}
