using Attune.Adaptation;
using Attune.Adaptation.Gate;
using Attune.Adaptation.Revisions;
using Attune.Server.Domains;
using Attune.Server.Serving;
using Attune.Server.State;
using Microsoft.Extensions.Options;

namespace Attune.Server.Checkpoints;

/// <summary>Takes what domains have learnt to a checkpoint that is about to serve.</summary>
/// <remarks>
/// <para>For each domain that has learnt something: (1) one that has heard something on that checkpoint before goes on from there; (2) where the
/// parameters have the same shapes, what was learnt is added to the checkpoint's; (3) the gate judges it, on the guard set and on utterances that wait;
/// (4) it is the domain's first revision there, or the domain begins anew; the event says which.</para>
/// <para>Done again after a failure, it does the same.</para>
/// </remarks>
internal sealed partial class DomainCarrier(
    GuardSets guards, IOptions<GateOptions> gateOptions, TimeProvider time, ILogger<DomainCarrier> logger)
{
    private const int Page = 100;

    /// <summary>Takes all domains of one model to another.</summary>
    /// <param name="from">The model that serves, leased.</param>
    /// <param name="to">The next one, owned by the caller.</param>
    /// <param name="thread">Where candidates are judged.</param>
    /// <param name="cancellationToken">Honoured between domains and between utterances.</param>
    /// <exception cref="StateUnavailableException">The store cannot be reached.</exception>
    public async Task CarryAsync(LoadedModel from, LoadedModel to, BackgroundThread thread, CancellationToken cancellationToken)
    {
        if (from.Recognizer.Model.Sha256 == to.Recognizer.Model.Sha256) return; // the same domains
        await to.Domains.Stores.Domains.RegisterAsync(cancellationToken);
        RevisionGate? gate = null;
        for (var after = ""; ;)
        {
            var names = await from.Domains.Stores.Domains.ListAsync(after, Page, cancellationToken);
            if (names.Count == 0) return;
            foreach (var name in names)
            {
                if (await from.Domains.Reader.ReadAsync(name, cancellationToken) is not { Snapshot.Current: { } learnt } stored) continue;
                var there = await to.Domains.Stores.Domains.ReadAsync(name, cancellationToken);
                if (there is { Utterances: > 0 }) continue;
                gate ??= await CreateGateAsync(to, thread, cancellationToken);
                var revision = await RebaseAsync(learnt, from, to, gate, (there?.State.LastRevision ?? 0) + 1, thread, cancellationToken);
                await StoreAsync(stored.Head, revision, to.Domains.Stores, cancellationToken);
            }

            after = names[^1];
        }
    }

    private async Task<RevisionGate?> CreateGateAsync(LoadedModel to, BackgroundThread thread, CancellationToken cancellationToken)
    {
        if (!gateOptions.Value.Enabled) return null;
        return to.Recognizer.CreateGate(gateOptions.Value, await guards.HearAsync(to, thread, cancellationToken));
    }

    /// <returns>The candidate with its verdict; null if the shapes do not fit.</returns>
    private async Task<Revision?> RebaseAsync(
        Revision learnt, LoadedModel from, LoadedModel to, RevisionGate? gate, long number, BackgroundThread thread, CancellationToken cancellationToken)
    {
        var target = to.Recognizer.Source;
        if (!RevisionRebase.Fits(from.Recognizer.Source.Layout, target.Layout)) return null;
        var state = RevisionRebase.Apply(learnt.State, from.Recognizer.Source, target);
        var waiting = await from.Domains.Stores.Utterances.WaitingAsync(learnt.Domain, Math.Max(1, gateOptions.Value.HeldBack), cancellationToken);
        var heldBack = waiting.Select(utterance => (ReadOnlyMemory<float>)to.Recognizer.Model.Preprocessing.Apply(utterance.Samples)).ToArray();
        var verdict = gate is null
            ? GateVerdict.Unasked
            : await thread.RunAsync(() => gate.Judge(before: null, state.Parameters, [], heldBack, cancellationToken), cancellationToken);
        return new Revision(
            learnt.Domain, number, Revision.Source, to.Recognizer.Model.Sha256, to.Recognizer.ParameterSet.Name, learnt.UtteranceIds, time.GetUtcNow(), verdict, state);
    }

    private async Task StoreAsync(DomainHead before, Revision? revision, ScopeStores stores, CancellationToken cancellationToken)
    {
        var domain = before.Domain;
        var serves = revision is { Verdict.Passed: true };
        var logged = new DomainEvent(
            time.GetUtcNow(), domain, serves ? DomainEventKind.Rebased : DomainEventKind.Restarted, serves ? revision!.Number : Revision.Source)
        {
            Reason = serves ? null : revision is null ? ResetReason.Shapes : ResetReason.Gate,
            Checks = revision?.Verdict.Checks,
        };
        await stores.Domains.TryFoundAsync(domain, before.Created, cancellationToken);
        // Another replica that holds the lease is at work for this very checkpoint: the domain is its.
        if (await stores.Leases.TryAcquireAsync(domain, cancellationToken) is not { } lease) return;
        try
        {
            if (revision is not null) await stores.Revisions.SaveCandidateAsync(revision, lease.Fence, cancellationToken);
            await stores.Domains.ChangeAsync(
                domain,
                head =>
                {
                    var state = head.State.Reset() with { LastRevision = revision?.Number ?? head.State.LastRevision, Good = serves ? [revision!.Number] : [] };
                    return new DomainChange(state, before.Frozen, logged) { Revision = revision?.Number, Fence = lease.Fence };
                },
                cancellationToken);
        }
        finally
        {
            await stores.Leases.ReleaseAsync(lease, CancellationToken.None);
        }

        Log.Carried(logger, domain, logged.Kind, logged.Reason ?? "passed");
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Domain {Domain} on the new checkpoint: {Kind}, {Reason}")]
        public static partial void Carried(ILogger logger, string domain, DomainEventKind kind, string reason);
    }
}
