using Attune.Adaptation.Gate;
using Attune.Adaptation.Revisions;
using Attune.Adaptation.Slow;
using Attune.Recognition.Acoustic;
using Attune.Server.Serving;
using Attune.Server.State;
using Attune.V1;
using AdaptationRevision = Attune.Adaptation.Revisions.Revision;

namespace Attune.Server.Tests.Checkpoints;

/// <summary>What becomes of what domains learnt when another checkpoint serves.</summary>
public sealed class DomainCarrierTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Activate_DomainThatLearnt_TakesItAlong()
    {
        await using var server = await StartAsync();
        var before = server.Get<ServingModel>().Domains;
        AdaptableParameters source;
        using (var lease = server.Get<ServingModel>().Lease()) source = lease.Recognizer.Source;
        await TeachAsync(server, "phone", source, 0.001f);
        var (id, _) = await server.ImportChangedAsync(0.1f);

        await server.Checkpoints.ActivateAsync(new ActivateCheckpointRequest { Id = id });

        using var after = server.Get<ServingModel>().Lease();
        var snapshot = await after.Domains.Catalogue.GetAsync("phone", TestContext.Current.CancellationToken);
        var expected = after.Recognizer.Source.Values.ToArray().Select(value => value + 0.001f);
        Assert.All(snapshot.Current!.State.Parameters.Values.ToArray().Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 1e-6f));
        var events = await after.Domains.Stores.Events.ReadAsync(0, 10, TestContext.Current.CancellationToken);
        Assert.Equal((DomainEventKind.Rebased, 1), (Assert.Single(events).Kind, events[0].Revision));
        Assert.NotSame(before, after.Domains);
    }

    [Fact]
    public async Task Activate_OtherShapes_DomainsBeginAnew()
    {
        await using var server = await StartAsync();
        AdaptableParameters source;
        using (var lease = server.Get<ServingModel>().Lease()) source = lease.Recognizer.Source;
        await TeachAsync(server, "phone", source, 0.001f);
        var other = await server.Checkpoints.ImportAsync(new ImportCheckpointRequest { Folder = RepositoryFiles.Golden("tiny-layer") });

        await server.Checkpoints.ActivateAsync(new ActivateCheckpointRequest { Id = other.Id });

        using var after = server.Get<ServingModel>().Lease();
        var snapshot = await after.Domains.Catalogue.GetAsync("phone", TestContext.Current.CancellationToken);
        Assert.Null(snapshot.Current);
        var logged = Assert.Single(await after.Domains.Stores.Events.ReadAsync(0, 10, TestContext.Current.CancellationToken));
        Assert.Equal((DomainEventKind.Restarted, ResetReason.Shapes), (logged.Kind, logged.Reason));
    }

    [Fact]
    public async Task Activate_GateRefusesWhatADomainLearnt_ItBeginsAnewAndTheEventSaysSo()
    {
        using var model = CheckpointServer.CopyModelWithGuardSet();
        await using var server = await CheckpointServer.StartAsync(model.FolderPath, _folder.Path);
        AdaptableParameters source;
        using (var lease = server.Get<ServingModel>().Lease()) source = lease.Recognizer.Source;
        await TeachAsync(server, "phone", source, 3);
        var (id, _) = await server.ImportChangedAsync(0.0001f);

        await server.Checkpoints.ActivateAsync(new ActivateCheckpointRequest { Id = id, OverrideGate = true });

        using var after = server.Get<ServingModel>().Lease();
        var snapshot = await after.Domains.Catalogue.GetAsync("phone", TestContext.Current.CancellationToken);
        Assert.Null(snapshot.Current);
        var logged = Assert.Single(await after.Domains.Stores.Events.ReadAsync(0, 10, TestContext.Current.CancellationToken));
        Assert.Equal((DomainEventKind.Restarted, ResetReason.Gate, AdaptationRevision.Source), (logged.Kind, logged.Reason, logged.Revision));
        var locality = Assert.Single(logged.Checks!, check => check.Question == GateQuestion.Locality);
        Assert.False(locality.Passed);
        Assert.InRange(locality.Figure!.Value, 0, 0.98);
        var kept = await after.Domains.Stores.Revisions.ReadAsync("phone", 1, TestContext.Current.CancellationToken);
        Assert.False(kept!.Revision.Verdict.Passed);
    }

    private Task<CheckpointServer> StartAsync() => CheckpointServer.StartAsync(RepositoryFiles.Golden("tiny-group"), _folder.Path);

    /// <summary>Gives a domain a revision that differs from the model by a number everywhere.</summary>
    private static async Task TeachAsync(CheckpointServer server, string domain, AdaptableParameters source, float difference)
    {
        var stores = server.Get<ServingModel>().Domains.Stores;
        var state = new AdaptationState(new AdaptableParameters(source.Layout, source.Values.ToArray().Select(value => value + difference).ToArray()));
        var revision = new AdaptationRevision(
            domain, 1, 0, stores.Scope.ModelSha256, stores.Scope.Set.Name, ["u1"], DateTimeOffset.UnixEpoch, Attune.Adaptation.Gate.GateVerdict.Unasked, state);
        await stores.Domains.TryFoundAsync(domain, DateTimeOffset.UnixEpoch, default);
        var lease = (await stores.Leases.TryAcquireAsync(domain, default))!;
        await stores.Revisions.SaveCandidateAsync(revision, lease.Fence, default);
        var logged = new Attune.Server.State.DomainEvent(DateTimeOffset.UnixEpoch, domain, DomainEventKind.Updated, 1);
        await stores.Domains.ChangeAsync(
            domain,
            _ => new DomainChange(LearningState.New with { LastRevision = 1, Good = [1] }, Frozen: false, logged) { Revision = 1, Fence = lease.Fence },
            default);
        await stores.Leases.ReleaseAsync(lease, default);
    }
}
