using Attune.Server.Tests.State;
using Grpc.Core;

namespace Attune.Server.Tests.Domains;

/// <summary>What operators do to domains, over a real connection.</summary>
public class AdaptationServiceTests
{
    public static TheoryData<string> Kinds => TestStore.Kinds;

    [Fact]
    public async Task ListRevisions_AfterTwoUpdates_NewestFirstWithVerdicts()
    {
        await using var host = await DomainHost.StartAsync();
        await host.TeachAsync();
        await host.TeachAsync();

        var revisions = (await host.Domains.ListRevisionsAsync(new V1.ListRevisionsRequest { Domain = DomainHost.Line })).Revisions;
        var domain = await host.GetAsync();

        Assert.Equal([(2L, 1L, true), (1L, 0L, false)], revisions.Select(revision => (revision.Number, revision.Parent, revision.Current)));
        Assert.All(revisions, revision => Assert.True(revision.Verdict.Passed));
        Assert.All(revisions, revision => Assert.Equal(14_848, revision.SizeBytes, 2_000d)); // the README's
        Assert.Equal((2, 1, 4, 4, 0, 2), (domain.Revision, domain.ParentRevision, domain.Utterances, domain.UtterancesLearnt, domain.UtterancesWaiting, domain.Updates));
    }

    [Theory]
    [InlineData(0, 2)]
    [InlineData(1, 1)]
    public async Task ExportRevision_CurrentOrEarlier_IsTheWholeFile(long asked, long number)
    {
        await using var host = await DomainHost.StartAsync();
        await host.TeachAsync();
        await host.TeachAsync();
        using var call = host.Domains.ExportRevision(new V1.ExportRevisionRequest { Domain = DomainHost.Line, Revision = asked });
        var parts = new List<V1.ExportRevisionResponse>();
        await foreach (var part in call.ResponseStream.ReadAllAsync(TestContext.Current.CancellationToken)) parts.Add(part);

        Assert.Equal((number, number == 2), (parts[0].Revision.Number, parts[0].Revision.Current));
        byte[] bytes = [.. parts.SelectMany(part => part.Data)];
        Assert.Equal(parts[0].Revision.SizeBytes, bytes.Length);
        using var model = Attune.Recognition.Models.Model.Open(RepositoryFiles.Model("spoken-numbers-en"));
        var revision = Attune.Adaptation.Revisions.RevisionFile.Read(bytes, model);
        Assert.Equal((DomainHost.Line, number), (revision.Domain, revision.Number));
    }

    [Fact]
    public async Task ExportRevision_NoneThatServes_IsNotFound()
    {
        await using var host = await DomainHost.StartAsync();
        await host.SayAsync("new");
        await host.StoredAsync("new", 1);
        using var call = host.Domains.ExportRevision(new V1.ExportRevisionRequest { Domain = "new" });

        var failure = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));

        GrpcErrors.AssertError(failure, StatusCode.NotFound, "REVISION_NOT_FOUND", "no revision 0");
    }

    [Fact]
    public async Task ResetDomain_EarlierRevisionOrModel_ServesItFromTheNextRequestOn()
    {
        await using var host = await DomainHost.StartAsync();
        await host.TeachAsync();
        await host.TeachAsync();
        using var watch = host.Watch(DomainHost.Line, await host.LastEventAsync());

        var earlier = await host.Domains.ResetDomainAsync(new V1.ResetDomainRequest { Domain = DomainHost.Line, Revision = 1 });
        var reset = await DomainHost.NextAsync(watch);
        await host.Catalogue.RefreshAsync(DomainHost.Line);
        var served = await host.SayAsync();
        var model = await host.Domains.ResetDomainAsync(new V1.ResetDomainRequest { Domain = DomainHost.Line });

        Assert.Equal((1, 1), (earlier.Revision, served.Revision.Number));
        Assert.Equal((V1.DomainEvent.Types.Kind.Reset, 1, 2, "operator"), (reset.Kind, reset.Revision, reset.ParentRevision, reset.Reason));
        Assert.Equal((0, 2), (model.Revision, model.Resets));
    }

    [Fact]
    public async Task FreezeDomain_Always_ServesButDoesNotLearnUntilUnfrozen()
    {
        await using var host = await DomainHost.StartAsync();
        await host.TeachAsync();
        var frozen = await host.Domains.FreezeDomainAsync(new V1.FreezeDomainRequest { Domain = DomainHost.Line });

        for (var i = 0; i < 3; i++) await host.SayAsync();
        await host.StoredAsync(DomainHost.Line, 5);
        var still = await host.GetAsync();
        var thawed = await host.Domains.FreezeDomainAsync(new V1.FreezeDomainRequest { Domain = DomainHost.Line, Unfreeze = true });
        var update = await host.TeachAsync();

        Assert.True(frozen.Frozen);
        Assert.Equal((1, 0, 5), (still.Revision, still.UtterancesWaiting, still.Utterances));
        Assert.False(thawed.Frozen);
        Assert.Equal(2, update.Revision);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task DeleteDomain_Learnt_LeavesNeitherAudioNorWeights(string kind)
    {
        using var store = new LastingStore(kind);
        await using var host = await DomainHost.StartAsync(store.Settings);
        await host.TeachAsync();
        await host.SayAsync("other");
        await host.StoredAsync("other", 1);

        var deleted = await host.Domains.DeleteDomainAsync(new V1.DeleteDomainRequest { Domain = DomainHost.Line });
        await host.Catalogue.RefreshAsync(DomainHost.Line);
        var keys = await StoredKeys.ReadAsync(host.Connection);
        var again = await GrpcErrors.FailureAsync(host.Domains.GetDomainAsync(new V1.GetDomainRequest { Domain = DomainHost.Line }));
        var anew = await host.SayAsync();

        Assert.Equal((2, 1), (deleted.Utterances, deleted.Revisions));
        Assert.DoesNotContain(keys, key => key.Contains(DomainHost.Line, StringComparison.Ordinal));
        Assert.Contains(keys, key => key.Contains(":other:", StringComparison.Ordinal));
        GrpcErrors.AssertError(again, StatusCode.NotFound, "DOMAIN_NOT_FOUND", DomainHost.Line);
        Assert.Equal(0, anew.Revision.Number);
    }

    [Fact]
    public async Task ListDomains_Pages_JoinToAll()
    {
        await using var host = await DomainHost.StartAsync();
        foreach (var name in new[] { "c", "a", "b" })
        {
            await host.SayAsync(name);
            await host.StoredAsync(name, 1);
        }

        var first = await host.Domains.ListDomainsAsync(new V1.ListDomainsRequest { PageSize = 2 });
        var second = await host.Domains.ListDomainsAsync(new V1.ListDomainsRequest { PageSize = 2, PageToken = first.NextPageToken });

        Assert.Equal(["a", "b"], first.Domains.Select(domain => domain.Name));
        Assert.Equal(["c"], second.Domains.Select(domain => domain.Name));
        Assert.Equal("", second.NextPageToken);
    }

    [Fact]
    public async Task WatchEvents_NoId_TellsOnlyWhatHappensFromNowOn()
    {
        await using var host = await DomainHost.StartAsync();
        await host.TeachAsync();
        using var all = host.Watch("", after: 0);
        using var fresh = host.Domains.WatchEvents(new V1.WatchEventsRequest { Domain = DomainHost.Line }, cancellationToken: TestStore.Token);
        await fresh.ResponseHeadersAsync;

        await host.Domains.FreezeDomainAsync(new V1.FreezeDomainRequest { Domain = DomainHost.Line });

        Assert.Equal(V1.DomainEvent.Types.Kind.Updated, (await DomainHost.NextAsync(all)).Kind);
        Assert.Equal(V1.DomainEvent.Types.Kind.Frozen, (await DomainHost.NextAsync(all)).Kind);
        Assert.Equal(V1.DomainEvent.Types.Kind.Frozen, (await DomainHost.NextAsync(fresh)).Kind);
    }

    [Fact]
    public async Task AnyMethod_BadInput_NamesFieldAndRule()
    {
        await using var host = await DomainHost.StartAsync();
        await host.SayAsync();
        await host.StoredAsync(DomainHost.Line, 1);
        var domains = host.Domains;

        await AssertInvalidAsync(domains.GetDomainAsync(new V1.GetDomainRequest()), "domain", "1 to 64 letters");
        await AssertInvalidAsync(domains.GetDomainAsync(new V1.GetDomainRequest { Domain = "a/b" }), "domain", "'a/b'");
        await AssertInvalidAsync(domains.ListDomainsAsync(new V1.ListDomainsRequest { PageSize = 1001 }), "page_size", "1 to 1000", "1001");
        await AssertInvalidAsync(domains.ListDomainsAsync(new V1.ListDomainsRequest { PageToken = "?" }), "page_token", "next_page_token");
        await AssertInvalidAsync(domains.ResetDomainAsync(new V1.ResetDomainRequest { Domain = "a", Revision = -1 }), "revision", "-1");
        await AssertInvalidAsync(
            host.Speech.RecognizeAsync(Samples.Request(Samples.Wav(Samples.Clean), new V1.RecognitionConfig { Domain = "-a" })), "config.domain", "'-a'");
        var missing = await GrpcErrors.FailureAsync(domains.ResetDomainAsync(new V1.ResetDomainRequest { Domain = DomainHost.Line, Revision = 9 }));
        GrpcErrors.AssertError(missing, StatusCode.NotFound, "REVISION_NOT_FOUND", "9", "List its revisions");
        var unknown = await GrpcErrors.FailureAsync(domains.FreezeDomainAsync(new V1.FreezeDomainRequest { Domain = "nobody" }));
        GrpcErrors.AssertError(unknown, StatusCode.NotFound, "DOMAIN_NOT_FOUND", "nobody");
    }

    private static async Task AssertInvalidAsync<T>(AsyncUnaryCall<T> call, string field, params string[] words)
    {
        var failure = await GrpcErrors.FailureAsync(call);
        GrpcErrors.AssertError(failure, StatusCode.InvalidArgument, "INVALID_REQUEST", words);
        Assert.Equal([field], GrpcErrors.Fields(failure));
    }
}
