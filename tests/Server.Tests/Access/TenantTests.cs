using Attune.Server.Replay;
using Attune.Server.Tests.Domains;
using Attune.Server.Tests.State;
using Attune.V1;
using Grpc.Core;

namespace Attune.Server.Tests.Access;

/// <summary>Domains belong to tenants: nobody lists, watches, reads, resets or feeds another's.</summary>
public class TenantTests
{
    private const string Everything = "recognise adapt administer", Line = "line-7";

    private static readonly TestClient Acme = TestClient.New("acme-app", Everything, "acme");
    private static readonly TestClient Beta = TestClient.New("beta-app", Everything, "beta");
    private static readonly TestClient Operator = TestClient.New("operator", Everything);
    private static readonly TestClient Reader = TestClient.New("acme-reader", "recognise", "acme");
    private static readonly string[] Settings = [.. Acme.Settings, .. Beta.Settings, .. Operator.Settings, .. Reader.Settings];

    [Fact]
    public async Task Domains_SameNameInTwoTenants_AreTwoDomains()
    {
        await using var server = await AccessHost.StartAsync(Settings);
        var (acme, beta) = (server.Domains(Acme.Key), server.Domains(Beta.Key));
        using var watchBeta = beta.WatchEvents(new WatchEventsRequest { AfterId = 0 }, cancellationToken: TestStore.Token);
        using var watchAcme = acme.WatchEvents(new WatchEventsRequest { Domain = Line, AfterId = 0 }, cancellationToken: TestStore.Token);

        var first = await AccessHost.SayAsync(server.Speech(Acme.Key), Line);
        await AccessHost.SayAsync(server.Speech(Acme.Key), Line, "digits-clean-2");
        var learnt = await DomainHost.NextAsync(watchAcme);
        var other = await AccessHost.SayAsync(server.Speech(Beta.Key), Line);
        await AccessHost.StoredAsync(beta, Line, 1);
        var frozen = await beta.FreezeDomainAsync(new FreezeDomainRequest { Domain = Line });
        var ofAcme = await acme.GetDomainAsync(new GetDomainRequest { Domain = Line });
        var firstOfBeta = await DomainHost.NextAsync(watchBeta);

        Assert.Equal((DomainEvent.Types.Kind.Updated, Line, 1), (learnt.Kind, learnt.Domain, learnt.Revision));
        Assert.StartsWith("acme/line-7/", first.FinalId, StringComparison.Ordinal);
        Assert.StartsWith("beta/line-7/", other.FinalId, StringComparison.Ordinal);
        Assert.Equal((Line, 0), (other.Revision.Domain, other.Revision.Number)); // not what acme's learnt
        Assert.Equal((Line, true, 1, 0), (frozen.Name, frozen.Frozen, frozen.Utterances, frozen.Revision));
        Assert.Equal((Line, false, 2, 1), (ofAcme.Name, ofAcme.Frozen, ofAcme.Utterances, ofAcme.Revision));
        Assert.Equal((DomainEvent.Types.Kind.Frozen, Line), (firstOfBeta.Kind, firstOfBeta.Domain)); // nothing of acme's update
    }

    [Fact]
    public async Task Domains_OfAnotherTenant_AreNotThere()
    {
        await using var server = await AccessHost.StartAsync(Settings);
        await AccessHost.SayAsync(server.Speech(Acme.Key), Line, steps: 0);
        await AccessHost.SayAsync(server.Speech(Acme.Key), "a", steps: 0);
        await AccessHost.SayAsync(server.Speech(Operator.Key), "own", steps: 0);
        await AccessHost.StoredAsync(server.Domains(Acme.Key), "a", 1);
        await AccessHost.StoredAsync(server.Domains(Operator.Key), "own", 1);

        foreach (var stranger in new[] { Beta, Operator })
        {
            var domains = server.Domains(stranger.Key);
            AsyncUnaryCall<Domain>[] calls =
            [
                domains.GetDomainAsync(new GetDomainRequest { Domain = Line }),
                domains.ResetDomainAsync(new ResetDomainRequest { Domain = Line }),
                domains.FreezeDomainAsync(new FreezeDomainRequest { Domain = Line }),
            ];
            foreach (var call in calls) GrpcErrors.AssertError(await GrpcErrors.FailureAsync(call), StatusCode.NotFound, "DOMAIN_NOT_FOUND", $"'{Line}'");
            GrpcErrors.AssertError(
                await GrpcErrors.FailureAsync(domains.DeleteDomainAsync(new DeleteDomainRequest { Domain = Line })), StatusCode.NotFound, "DOMAIN_NOT_FOUND");
            GrpcErrors.AssertError(
                await GrpcErrors.FailureAsync(domains.ListRevisionsAsync(new ListRevisionsRequest { Domain = Line })), StatusCode.NotFound, "DOMAIN_NOT_FOUND");
            GrpcErrors.AssertError(
                await GrpcErrors.FailureAsync(domains.GetDomainAsync(new GetDomainRequest { Domain = "/acme/line-7" })), StatusCode.InvalidArgument, "INVALID_REQUEST");
            using var export = domains.ExportRevision(new ExportRevisionRequest { Domain = Line });
            Assert.Equal(StatusCode.NotFound, (await Assert.ThrowsAsync<RpcException>(async () => await export.ResponseStream.MoveNext(TestStore.Token))).StatusCode);
        }

        Assert.Empty((await server.Domains(Beta.Key).ListDomainsAsync(new ListDomainsRequest())).Domains);
        Assert.Equal(["own"], (await server.Domains(Operator.Key).ListDomainsAsync(new ListDomainsRequest())).Domains.Select(domain => domain.Name));
        var page = await server.Domains(Acme.Key).ListDomainsAsync(new ListDomainsRequest { PageSize = 1 });
        var rest = await server.Domains(Acme.Key).ListDomainsAsync(new ListDomainsRequest { PageSize = 1, PageToken = page.NextPageToken });
        Assert.Equal(["a", Line], page.Domains.Concat(rest.Domains).Select(domain => domain.Name));
        Assert.Empty(rest.NextPageToken);
    }

    [Fact]
    public async Task Recognize_RoleRecogniseAlone_HearsWithTheDomainAndChangesNothing()
    {
        await using var server = await AccessHost.StartAsync(Settings);
        await AccessHost.SayAsync(server.Speech(Acme.Key), Line, steps: 0);
        await AccessHost.StoredAsync(server.Domains(Acme.Key), Line, 1);

        var served = await AccessHost.SayAsync(server.Speech(Reader.Key), Line, steps: 0);
        var founded = await AccessHost.SayAsync(server.Speech(Reader.Key), "new", steps: 0);
        await AccessHost.SayAsync(server.Speech(Acme.Key), "later", steps: 0); // behind the others in the queue
        await AccessHost.StoredAsync(server.Domains(Acme.Key), "later", 1);
        var domains = (await server.Domains(Acme.Key).ListDomainsAsync(new ListDomainsRequest())).Domains;

        Assert.Equal((Line, ""), (served.Revision.Domain, served.FinalId));
        Assert.Equal("", founded.FinalId);
        Assert.Equal([("later", 1), (Line, 1)], domains.Select(domain => (domain.Name, domain.Utterances)));
    }

    [Fact]
    public async Task Replay_FinalOfATenant_IsRecomputed()
    {
        using var store = new LastingStore(TestStore.Embedded);
        await using var server = await AccessHost.StartAsync([.. Settings, .. store.Settings]);
        var served = await AccessHost.SayAsync(server.Speech(Acme.Key), Line);
        await AccessHost.StoredAsync(server.Domains(Acme.Key), Line, 1);

        var replayed = await ReplayHost.RunAsync(served.FinalId, store.Settings, TestStore.Token);
        var unknown = await Assert.ThrowsAsync<ReplayException>(
            () => ReplayHost.RunAsync(served.FinalId.Replace("acme/", "", StringComparison.Ordinal), store.Settings, TestStore.Token));

        Assert.Equal((served.FinalId, true), (replayed.FinalId, replayed.IsEqual));
        Assert.Equal(ReplayError.NotStored, unknown.Error);
    }

    [Fact]
    public async Task StartAsync_CredentialsAfterDomainsWereMade_TheDefaultTenantHasThem()
    {
        using var store = new LastingStore(TestStore.Embedded);
        V1.Domain before;
        await using (var open = await DomainHost.StartAsync(store.Settings))
        {
            await open.TeachAsync();
            before = await open.GetAsync();
        }

        await using var server = await AccessHost.StartAsync([.. Settings, .. store.Settings]);

        Assert.Equal(before, await server.Domains(Operator.Key).GetDomainAsync(new GetDomainRequest { Domain = Line }));
        Assert.Empty((await server.Domains(Acme.Key).ListDomainsAsync(new ListDomainsRequest())).Domains);
    }
}
