using System.Diagnostics;
using Attune.Adaptation;
using Attune.Adaptation.Slow;
using Attune.Server.State;
using Attune.Server.Telemetry;

namespace Attune.Server.Domains;

/// <summary>Updates domains, each at most once in a round, the one first that has waited longest.</summary>
/// <remarks>
/// <para>For each domain that has enough to learn from: (1) take its lease, or leave it to the replica that has it; (2) read its state, revisions and
/// what waits; (3) learn, on a thread of its own, while the lease is kept; (4) store the candidate; (5) change the domain, which uses up
/// what waited, under the lease's fencing token; (6) give the lease back.</para>
/// <para>Whatever ends it in between, the domain is as before, and the same is learnt from again: a change is stored as a whole or not at all, and
/// never twice. Not thread-safe.</para>
/// </remarks>
internal sealed partial class DomainUpdater(
    DomainReader reader, BackgroundThread thread, StateOptions options, ServerMetrics metrics, TimeProvider time, ILogger<DomainUpdater> logger)
{
    /// <summary>Domains of a round.</summary>
    private const int DomainsPerRound = 16;

    /// <summary>Part of a lease's duration after which it is renewed.</summary>
    private const int RenewalsPerLease = 3;

    private readonly ScopeStores _stores = reader.Stores;

    /// <summary>Updates the domains that are ready.</summary>
    /// <param name="rounds">What learns.</param>
    /// <param name="cancellationToken">Honoured between utterances, or pieces of a step.</param>
    /// <returns>Number of updates.</returns>
    /// <exception cref="StateUnavailableException">The store cannot be reached.</exception>
    public async Task<int> RunRoundAsync(IDomainRounds rounds, CancellationToken cancellationToken)
    {
        var updates = 0;
        foreach (var domain in await _stores.Utterances.ReadyDomainsAsync(DomainsPerRound, cancellationToken))
        {
            if (await _stores.Leases.TryAcquireAsync(domain, cancellationToken) is not { } lease) continue;
            var started = time.GetTimestamp();
            using var activity = AttuneActivities.Source.StartActivity("slow update");
            activity?.SetTag("attune.domain", domain);
            try
            {
                if (!await TryUpdateAsync(rounds, lease, cancellationToken)) continue;
                updates++;
                metrics.Updated(time.GetElapsedTime(started));
            }
            catch (Exception exception) when (exception is not StateUnavailableException && !cancellationToken.IsCancellationRequested)
            {
                Log.Failed(logger, domain, exception); // the others have their turn
            }
            finally
            {
                await ReleaseAsync(lease);
            }
        }

        return updates;
    }

    private async Task<bool> TryUpdateAsync(IDomainRounds rounds, DomainLease lease, CancellationToken cancellationToken)
    {
        if (await reader.ReadAsync(lease.Domain, cancellationToken) is not { Head.Frozen: false } stored) return false;
        if (await rounds.BeginAsync(stored, cancellationToken) is not { } round) return false;
        if (await LearnAsync(lease, round, cancellationToken) is not { } outcome) return false;
        return await StoreAsync(stored.Head, lease, round, outcome, cancellationToken);
    }

    /// <summary>Runs the round, and keeps the lease until it has ended. Null if the lease was lost.</summary>
    private async Task<LearningOutcome?> LearnAsync(DomainLease lease, DomainRound round, CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var learning = thread.RunAsync(() => round.Learn(ending.Token), ending.Token);
        while (await Task.WhenAny(learning, Task.Delay(options.LeaseDuration / RenewalsPerLease, time, ending.Token)) != learning)
        {
            if (cancellationToken.IsCancellationRequested) break;
            if (await IsOursAsync(lease, cancellationToken)) continue;
            await ending.CancelAsync();
            await learning.ContinueWith(static task => task.Exception, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            Log.LeaseLost(logger, lease.Domain);
            return null;
        }

        return await learning;
    }

    /// <summary>Renews a lease. While the store cannot be reached it counts as ours: the fencing token decides in the end.</summary>
    private async Task<bool> IsOursAsync(DomainLease lease, CancellationToken cancellationToken)
    {
        try
        {
            return await _stores.Leases.RenewAsync(lease, cancellationToken);
        }
        catch (StateUnavailableException)
        {
            return true;
        }
    }

    private async Task<bool> StoreAsync(
        DomainHead head, DomainLease lease, DomainRound round, LearningOutcome outcome, CancellationToken cancellationToken)
    {
        if (outcome.Candidate is { } candidate) await _stores.Revisions.SaveCandidateAsync(candidate, lease.Fence, cancellationToken);
        var logged = new DomainEvent(
            time.GetUtcNow(), lease.Domain, ToKind(outcome.Result), outcome.Candidate?.Number ?? outcome.State.Current, head.State.Current)
        {
            UtteranceIds = round.Used,
            Reason = outcome.Result == LearningResult.Reset ? ResetReason.Strategy : null,
            Checks = outcome.Candidate?.Verdict.Checks,
            LossBefore = outcome.Figures.LossBefore,
            LossAfter = outcome.Figures.LossAfter,
            LossImprovement = outcome.Figures.LossImprovement,
            StandardErrors = outcome.Figures.StandardErrors,
        };
        var change = new DomainChange(outcome.State, Frozen: false, logged) { Revision = outcome.Candidate?.Number, Fence = lease.Fence };
        if (!await _stores.Domains.TryChangeAsync(head, change, cancellationToken))
        {
            Log.Overtaken(logger, lease.Domain);
            return false;
        }

        Activity.Current?.SetTag("attune.result", logged.Kind.ToString());
        Log.Updated(logger, lease.Domain, logged.Kind, logged.Revision, logged.Parent, logged.UtteranceIds.Count);
        await _stores.Revisions.TrimAsync(lease.Domain, outcome.State, cancellationToken);
        return true;
    }

    private async Task ReleaseAsync(DomainLease lease)
    {
        try
        {
            await _stores.Leases.ReleaseAsync(lease, CancellationToken.None);
        }
        catch (StateUnavailableException)
        {
            // It runs out.
        }
    }

    private static DomainEventKind ToKind(LearningResult result) => result switch
    {
        LearningResult.Learnt => DomainEventKind.Updated,
        LearningResult.Refused => DomainEventKind.Refused,
        LearningResult.Reset => DomainEventKind.Reset,
        _ => throw new ArgumentOutOfRangeException(nameof(result), result, "The log has no such event."),
    };

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Domain {Domain}: {Kind}, revision {Revision} after {Parent}, {Used} utterances or examples")]
        public static partial void Updated(ILogger logger, string domain, DomainEventKind kind, long revision, long parent, int used);

        [LoggerMessage(2, LogLevel.Information, "Domain {Domain} was changed by others while it was updated; it is updated again")]
        public static partial void Overtaken(ILogger logger, string domain);

        [LoggerMessage(3, LogLevel.Warning, "Another replica took over the update of domain {Domain}")]
        public static partial void LeaseLost(ILogger logger, string domain);

        [LoggerMessage(4, LogLevel.Error, "The update of domain {Domain} failed")]
        public static partial void Failed(ILogger logger, string domain, Exception exception);
    }
}
