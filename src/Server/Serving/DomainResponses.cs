using Attune.Adaptation.Gate;
using Attune.Adaptation.Revisions;
using Attune.Adaptation.Slow;
using Attune.Adaptation.Strategies;
using Attune.Server.Domains;
using Attune.Server.State;
using Google.Protobuf.WellKnownTypes;

namespace Attune.Server.Serving;

/// <summary>From domains to the messages of attune.v1.</summary>
internal static class DomainResponses
{
    public static V1.DomainLanguage ToLanguage(DomainId domain, StoredLanguage language) => new()
    {
        Domain = domain.Name,
        Text = language.Text,
        Hotwords = { language.Hotwords.Select(hotword => new V1.Hotword { Phrase = hotword.Phrase, Boost = hotword.Boost }) },
        CreateTime = language.Time.ToTimestamp(),
        ExpireTime = language.Expires.ToTimestamp(),
    };

    /// <param name="stored">The domain.</param>
    /// <param name="waiting">What waits to be learnt from.</param>
    /// <param name="slow">How speech learns; null for a domain of a text model.</param>
    public static V1.Domain ToDomain(StoredDomain stored, long waiting, SlowUpdateOptions? slow)
    {
        var head = stored.Head;
        return new V1.Domain
        {
            Name = DomainId.Parse(head.Domain).Name,
            Revision = stored.Snapshot.Number,
            ParentRevision = stored.Snapshot.Current?.Parent ?? Revision.Source,
            Frozen = head.Frozen,
            Utterances = head.Utterances,
            UtterancesLearnt = head.Learnt,
            UtterancesWaiting = waiting,
            UtterancesDropped = head.Dropped,
            Updates = head.Updates,
            Refused = head.Refused,
            Resets = head.Resets,
            CreateTime = head.Created.ToTimestamp(),
            ResetTest = slow?.ResolveStrategy().Reset == ResetPolicy.Dynamic ? ToResetTest(head.State, slow) : null,
        };
    }

    private static V1.ResetTest ToResetTest(LearningState state, SlowUpdateOptions slow)
    {
        var message = new V1.ResetTest
        {
            Utterances = state.Utterances,
            Window = slow.ResetWindow,
            LossImprovements = { state.LossImprovements },
            Threshold = slow.ResetThreshold,
            BuffersAbove = state.BuffersAbove,
            Patience = slow.ResetPatience,
        };
        if (state.Improvement is { } gaussian) (message.Mean, message.Deviation) = (gaussian.Mean, gaussian.Deviation);
        return message;
    }

    public static V1.Revision ToRevision(StoredRevision stored, long current)
    {
        var revision = stored.Revision;
        return new V1.Revision
        {
            Number = revision.Number,
            Parent = revision.Parent,
            CreateTime = revision.Created.ToTimestamp(),
            UtteranceIds = { revision.UtteranceIds },
            Verdict = ToVerdict(revision.Verdict),
            Current = revision.Number == current,
            SizeBytes = stored.SizeBytes,
        };
    }

    public static V1.DomainEvent ToEvent(DomainEvent item)
    {
        var message = new V1.DomainEvent
        {
            Id = item.Id,
            Time = item.Time.ToTimestamp(),
            Domain = DomainId.Parse(item.Domain).Name,
            Kind = ToKind(item.Kind),
            Revision = item.Revision,
            ParentRevision = item.Parent,
            UtteranceIds = { item.UtteranceIds },
            Reason = item.Reason ?? "",
            Verdict = item.Checks is { } checks ? ToVerdict(new GateVerdict(checks)) : null,
        };
        if (item.LossBefore is { } before) message.LossBefore = before;
        if (item.LossAfter is { } after) message.LossAfter = after;
        if (item.LossImprovement is { } improvement) message.LossImprovement = improvement;
        if (item.StandardErrors is { } standardErrors) message.StandardErrors = standardErrors;
        return message;
    }

    /// <summary>The revision that recognised an utterance; null if its request named no domain.</summary>
    public static V1.ServedRevision? ToServedRevision(ServedUtterance served) => served.Domain is null ? null : ToServedRevision(served.Domain, served.Revision);

    /// <summary>A revision that served.</summary>
    /// <param name="domain">Key of its domain.</param>
    /// <param name="revision">Null for the model itself.</param>
    public static V1.ServedRevision ToServedRevision(string domain, Revision? revision) => new()
    {
        Domain = DomainId.Parse(domain).Name,
        Number = revision?.Number ?? Revision.Source,
        Parent = revision?.Parent ?? Revision.Source,
        Verdict = revision is null ? null : ToVerdict(revision.Verdict),
    };

    private static V1.GateVerdict ToVerdict(GateVerdict verdict)
    {
        var message = new V1.GateVerdict { Passed = verdict.Passed };
        message.Checks.AddRange(verdict.Checks.Select(check =>
        {
            var result = new V1.GateCheck
            {
                Question = check.Question.ToString().ToLowerInvariant(),
                Threshold = check.Threshold,
                Samples = check.Samples,
                Passed = check.Passed,
            };
            if (check.Figure is { } figure) result.Figure = figure;
            return result;
        }));
        return message;
    }

    private static V1.DomainEvent.Types.Kind ToKind(DomainEventKind kind) => kind switch
    {
        DomainEventKind.Updated => V1.DomainEvent.Types.Kind.Updated,
        DomainEventKind.Refused => V1.DomainEvent.Types.Kind.Refused,
        DomainEventKind.Reset => V1.DomainEvent.Types.Kind.Reset,
        DomainEventKind.Frozen => V1.DomainEvent.Types.Kind.Frozen,
        DomainEventKind.Unfrozen => V1.DomainEvent.Types.Kind.Unfrozen,
        DomainEventKind.Deleted => V1.DomainEvent.Types.Kind.Deleted,
        DomainEventKind.Rebased => V1.DomainEvent.Types.Kind.Rebased,
        DomainEventKind.Restarted => V1.DomainEvent.Types.Kind.Restarted,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "The log has no such event."),
    };
}
