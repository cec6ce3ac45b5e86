using Attune.Adaptation.Gate;
using Attune.Adaptation.Revisions;
using Attune.Adaptation.Slow;
using Attune.Recognition.Acoustic;
using Attune.Server.State;

namespace Attune.Server.Tests.State;

/// <summary>The same for the store in the process and for Redis.</summary>
public class StoresTests
{
    public static TheoryData<string> Kinds => TestStore.Kinds;

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task ListAsync_Tenants_GivesEachItsOwn(string kind)
    {
        await using var store = TestStore.Start(kind);
        foreach (var id in new[] { new DomainId("default", "line-7"), new("default", "zone"), new("acme", "line-7"), new("acme", "a"), new("acme-2", "b"), new("zeta", "c") })
            await store.AppendAsync(id.Key, $"of {id}");

        Assert.Equal(["line-7", "zone"], await store.Stores.Domains.ListAsync("default", "", 10, TestStore.Token));
        Assert.Equal(["zone"], await store.Stores.Domains.ListAsync("default", "line-7", 10, TestStore.Token));
        Assert.Equal(["/acme/a", "/acme/line-7"], await store.Stores.Domains.ListAsync("acme", "", 10, TestStore.Token));
        Assert.Equal(["/acme/line-7"], await store.Stores.Domains.ListAsync("acme", "a", 10, TestStore.Token));
        Assert.Empty(await store.Stores.Domains.ListAsync("acm", "", 10, TestStore.Token));
        Assert.Equal(6, (await store.Stores.Domains.ListAsync("", 10, TestStore.Token)).Count);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task AppendAsync_Twice_CountsOnce(string kind)
    {
        await using var store = TestStore.Start(kind);

        await store.AppendAsync("line", "u1", "u1", "u2");

        var head = await store.Stores.Domains.ReadAsync("line", TestStore.Token);
        Assert.Equal((2, 2L), (head!.Utterances, await store.Stores.Domains.CountWaitingAsync("line", TestStore.Token)));
        Assert.Equal(DateTimeOffset.UnixEpoch.AddDays(20_000), head.Created);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task ReadAsync_StoredUtterance_IsAsItWas(string kind)
    {
        await using var store = TestStore.Start(kind);
        await store.AppendAsync("line", "u1");

        var read = await store.Stores.Utterances.ReadAsync("line", "u1", TestStore.Token);

        var expected = TestStore.Utterance("line", "u1");
        Assert.Equal(expected.Recognition, read!.Recognition);
        Assert.Equal(expected.Utterance with { Samples = default }, read.Utterance with { Samples = default });
        Assert.Equal(expected.Utterance.Samples.ToArray(), read.Utterance.Samples.ToArray());
        Assert.Null(await store.Stores.Utterances.ReadAsync("line", "u2", TestStore.Token));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task AppendAsync_MoreThanAreKept_DropsTheOldest(string kind)
    {
        await using var store = TestStore.Start(kind, options => options.UtterancesPerDomain = 4);

        await store.AppendAsync("line", "u1", "u2", "u3", "u4", "u5", "u6");

        Assert.Null(await store.Stores.Utterances.ReadAsync("line", "u2", TestStore.Token));
        Assert.NotNull(await store.Stores.Utterances.ReadAsync("line", "u3", TestStore.Token));
        var waiting = await store.Stores.Utterances.WaitingAsync("line", TestStore.RoundSize, TestStore.Token);
        Assert.Equal(["u3", "u4", "u5"], waiting.Select(utterance => utterance.Id));
        Assert.Equal(2, (await store.Stores.Domains.ReadAsync("line", TestStore.Token))!.Dropped);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task WaitingAsync_BytesGone_GivesThemUp(string kind)
    {
        await using var store = TestStore.Start(kind);
        await store.AppendAsync("line", "u1", "u2", "u3", "u4");
        await store.Connection.RunAsync(database => database.KeyDeleteAsync(store.Stores.Scope.Keys.Utterance("line", "u2")), TestStore.Token);
        await store.Connection.RunAsync(database => database.StringSetAsync(store.Stores.Scope.Keys.Utterance("line", "u3"), "junk"), TestStore.Token);

        var few = await store.Stores.Utterances.WaitingAsync("line", TestStore.RoundSize, TestStore.Token);
        var ready = await store.Stores.Utterances.ReadyDomainsAsync(10, TestStore.Token);
        await store.AppendAsync("line", "u5");
        var enough = await store.Stores.Utterances.WaitingAsync("line", TestStore.RoundSize, TestStore.Token);

        Assert.Empty(few);
        Assert.Empty(ready);
        Assert.Equal(["u1", "u4", "u5"], enough.Select(utterance => utterance.Id));
        Assert.Equal(["line"], await store.Stores.Utterances.ReadyDomainsAsync(10, TestStore.Token));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task TryChangeAsync_Update_UsesUpItsUtterancesAndIsLogged(string kind)
    {
        await using var store = TestStore.Start(kind);
        await store.AppendAsync("line", "u1", "u2", "u3", "u4");
        var lease = (await store.Stores.Leases.TryAcquireAsync("line", TestStore.Token))!;
        var head = (await store.Stores.Domains.ReadAsync("line", TestStore.Token))!;
        await store.Stores.Revisions.SaveCandidateAsync(Revision("line", 1), lease.Fence, TestStore.Token);

        var done = await store.Stores.Domains.TryChangeAsync(head, Update(head, 1, lease.Fence, "u1", "u2", "u3"), TestStore.Token);

        Assert.True(done);
        var after = (await store.Stores.Domains.ReadAsync("line", TestStore.Token))!;
        Assert.Equal((1, 3L, 1L), (after.Updates, after.Learnt, after.State.Current));
        Assert.Equal(1, await store.Stores.Domains.CountWaitingAsync("line", TestStore.Token));
        Assert.Empty(await store.Stores.Utterances.ReadyDomainsAsync(10, TestStore.Token));
        var logged = Assert.Single(await store.Stores.Events.ReadAsync(0, 10, TestStore.Token));
        Assert.Equal((DomainEventKind.Updated, 1L, "line"), (logged.Kind, logged.Revision, logged.Domain));
        Assert.Equal(["u1", "u2", "u3"], logged.UtteranceIds);
        Assert.Equal([1], await store.Stores.Revisions.ListAsync("line", TestStore.Token));
        Assert.Null(await store.Connection.RunAsync(
            database => database.KeyTimeToLiveAsync(store.Stores.Scope.Keys.Revision("line", 1)), TestStore.Token));
        var revision = await store.Stores.Revisions.ReadAsync("line", 1, TestStore.Token);
        Assert.Equal(Revision("line", 1).State.Parameters.Values.ToArray(), revision!.Revision.State.Parameters.Values.ToArray());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task TryChangeAsync_SecondForTheSameUtterances_IsRefused(string kind)
    {
        await using var store = TestStore.Start(kind);
        await store.AppendAsync("line", "u1", "u2", "u3", "u4", "u5", "u6");
        var first = (await store.Stores.Leases.TryAcquireAsync("line", TestStore.Token))!;
        var head = (await store.Stores.Domains.ReadAsync("line", TestStore.Token))!;
        await store.Connection.RunAsync(database => database.KeyDeleteAsync(store.Stores.Scope.Keys.Lease("line")), TestStore.Token); // expired
        var second = (await store.Stores.Leases.TryAcquireAsync("line", TestStore.Token))!;
        foreach (var lease in new[] { first, second })
            await store.Stores.Revisions.SaveCandidateAsync(Revision("line", 1), lease.Fence, TestStore.Token);

        var late = await store.Stores.Domains.TryChangeAsync(head, Update(head, 1, first.Fence, "u1", "u2", "u3"), TestStore.Token);
        var other = await store.Stores.Domains.TryChangeAsync(head, Update(head, 1, second.Fence, "u2", "u3", "u4"), TestStore.Token);
        var done = await store.Stores.Domains.TryChangeAsync(head, Update(head, 1, second.Fence, "u1", "u2", "u3"), TestStore.Token);
        var again = await store.Stores.Domains.TryChangeAsync(head, Update(head, 2, second.Fence, "u1", "u2", "u3"), TestStore.Token);

        Assert.Equal((false, false, true, false), (late, other, done, again));
        Assert.True(second.Fence > first.Fence);
        Assert.Single(await store.Stores.Events.ReadAsync(0, 10, TestStore.Token));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task SaveCandidateAsync_AfterAnotherPublished_LeavesTheRevisionAlone(string kind)
    {
        await using var store = TestStore.Start(kind);
        await store.AppendAsync("line", "u1", "u2", "u3");
        var head = (await store.Stores.Domains.ReadAsync("line", TestStore.Token))!;
        await store.Stores.Revisions.SaveCandidateAsync(Revision("line", 1), fence: 0, TestStore.Token);
        await store.Stores.Domains.TryChangeAsync(head, Update(head, 1, fence: null, "u1", "u2", "u3"), TestStore.Token);

        await store.Stores.Revisions.SaveCandidateAsync(Revision("line", 1), fence: 0, TestStore.Token);

        var ttl = await store.Connection.RunAsync(
            database => database.KeyTimeToLiveAsync(store.Stores.Scope.Keys.Revision("line", 1)), TestStore.Token);
        Assert.Null(ttl);
        Assert.NotNull(await store.Stores.Revisions.ReadAsync("line", 1, TestStore.Token));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task ReadyDomainsAsync_OneFloods_OthersHaveTheirTurn(string kind)
    {
        await using var store = TestStore.Start(kind);
        foreach (var id in Enumerable.Range(0, 30)) await store.AppendAsync("flood", $"f{id}");
        await store.AppendAsync("quiet", "q1", "q2", "q3");
        var head = (await store.Stores.Domains.ReadAsync("flood", TestStore.Token))!;
        Assert.Equal(["flood", "quiet"], await store.Stores.Utterances.ReadyDomainsAsync(10, TestStore.Token));
        await store.Stores.Revisions.SaveCandidateAsync(Revision("flood", 1), fence: 0, TestStore.Token);

        await store.Stores.Domains.TryChangeAsync(head, Update(head, 1, fence: null, "f0", "f1", "f2"), TestStore.Token);

        Assert.Equal(["quiet", "flood"], await store.Stores.Utterances.ReadyDomainsAsync(10, TestStore.Token));
        Assert.Equal(["quiet"], await store.Stores.Utterances.ReadyDomainsAsync(1, TestStore.Token));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task TryAcquireAsync_Held_IsNullUntilReleased(string kind)
    {
        await using var store = TestStore.Start(kind);
        Assert.Null(await store.Stores.Leases.TryAcquireAsync("line", TestStore.Token)); // no such domain
        await store.AppendAsync("line", "u1");

        var first = (await store.Stores.Leases.TryAcquireAsync("line", TestStore.Token))!;
        var refused = await store.Stores.Leases.TryAcquireAsync("line", TestStore.Token);
        var renewed = await store.Stores.Leases.RenewAsync(first, TestStore.Token);
        await store.Stores.Leases.ReleaseAsync(first with { Token = "another" }, TestStore.Token);
        var stillRefused = await store.Stores.Leases.TryAcquireAsync("line", TestStore.Token);
        await store.Stores.Leases.ReleaseAsync(first, TestStore.Token);
        var second = await store.Stores.Leases.TryAcquireAsync("line", TestStore.Token);

        Assert.Null(refused);
        Assert.Null(stillRefused);
        Assert.True(renewed);
        Assert.False(await store.Stores.Leases.RenewAsync(first, TestStore.Token));
        Assert.Equal(first.Fence + 1, second!.Fence);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task ChangeAsync_Frozen_DoesNotBufferUntilUnfrozen(string kind)
    {
        await using var store = TestStore.Start(kind);
        await store.AppendAsync("line", "u1");

        await store.Stores.Domains.ChangeAsync("line", head => Freeze(head, frozen: true), TestStore.Token);
        await store.AppendAsync("line", "u2");
        var frozen = await store.Stores.Domains.CountWaitingAsync("line", TestStore.Token);
        await store.Stores.Domains.ChangeAsync("line", head => Freeze(head, frozen: false), TestStore.Token);
        await store.AppendAsync("line", "u3", "u4");

        Assert.Equal(1, frozen);
        Assert.NotNull(await store.Stores.Utterances.ReadAsync("line", "u2", TestStore.Token));
        var waiting = await store.Stores.Utterances.WaitingAsync("line", TestStore.RoundSize, TestStore.Token);
        Assert.Equal(["u1", "u3", "u4"], waiting.Select(utterance => utterance.Id));
        Assert.Null(await store.Stores.Domains.ChangeAsync("other", head => Freeze(head, frozen: true), TestStore.Token));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task DeleteAsync_Domain_LeavesNothingOfItInAnyScope(string kind)
    {
        await using var store = TestStore.Start(kind);
        var other = store.For("top-2");
        foreach (var stores in new[] { store.Stores, other }) await stores.Domains.RegisterAsync(TestStore.Token);
        await store.AppendAsync("line-7", "u1", "u2", "u3");
        await store.AppendAsync("line-8", "v1");
        await other.Utterances.AppendAsync(TestStore.Utterance("line-7", "w1"), learns: true, TestStore.Token);
        var head = (await store.Stores.Domains.ReadAsync("line-7", TestStore.Token))!;
        await store.Stores.Revisions.SaveCandidateAsync(Revision("line-7", 1), fence: 0, TestStore.Token);
        await store.Stores.Domains.TryChangeAsync(head, Update(head, 1, fence: null, "u1", "u2", "u3"), TestStore.Token);

        var deleted = await store.Stores.Domains.DeleteAsync("line-7", DateTimeOffset.UnixEpoch, TestStore.Token);
        var again = await store.Stores.Domains.DeleteAsync("line-7", DateTimeOffset.UnixEpoch, TestStore.Token);

        Assert.Equal((4, 1), deleted);
        Assert.Null(again);
        Assert.DoesNotContain(await StoredKeys.ReadAsync(store.Connection), key => key.Contains("line-7", StringComparison.Ordinal));
        Assert.Equal(["line-8"], await store.Stores.Domains.ListAsync("", 10, TestStore.Token));
        Assert.Equal(DomainEventKind.Deleted, (await store.Stores.Events.ReadAsync(0, 10, TestStore.Token))[^1].Kind);
        Assert.NotNull(await store.Stores.Utterances.ReadAsync("line-8", "v1", TestStore.Token));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task SaveCandidateAsync_NeverPublished_GoesWithItsLeaseItsSuccessorsOrItsDomain(string kind)
    {
        await using var store = TestStore.Start(kind);
        await store.AppendAsync("line", "u1", "u2", "u3");
        async Task<DomainLease> MakeAsync()
        {
            var lease = (await store.Stores.Leases.TryAcquireAsync("line", TestStore.Token))!;
            await store.Stores.Revisions.SaveCandidateAsync(Revision("line", 1), lease.Fence, TestStore.Token);
            return lease;
        }

        async Task<int> CountAsync() => (await StoredKeys.ReadAsync(store.Connection)).Count(key => key.Contains(":candidate:", StringComparison.Ordinal));

        var first = await MakeAsync();
        var made = await CountAsync();
        await store.Stores.Leases.ReleaseAsync(first, TestStore.Token);
        var afterRelease = await CountAsync();
        await MakeAsync();
        await store.Connection.RunAsync(database => database.KeyDeleteAsync(store.Stores.Scope.Keys.Lease("line")), TestStore.Token); // killed, and expired
        await store.Stores.Leases.TryAcquireAsync("line", TestStore.Token);
        var afterSuccessor = await CountAsync();
        await store.Connection.RunAsync(database => database.KeyDeleteAsync(store.Stores.Scope.Keys.Lease("line")), TestStore.Token);
        await MakeAsync();
        await store.Stores.Domains.DeleteAsync("line", DateTimeOffset.UnixEpoch, TestStore.Token);

        Assert.Equal((1, 0, 0, 0), (made, afterRelease, afterSuccessor, await CountAsync()));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task ListAsync_Pages_JoinToAllInOrder(string kind)
    {
        await using var store = TestStore.Start(kind);
        foreach (var name in new[] { "b", "a", "c", "B", "a.1", "z" }) await store.AppendAsync(name, "u1");

        var first = await store.Stores.Domains.ListAsync("", 4, TestStore.Token);
        var second = await store.Stores.Domains.ListAsync(first[^1], 4, TestStore.Token);

        Assert.Equal(["B", "a", "a.1", "b", "c", "z"], [.. first, .. second]);
        Assert.Equal(4, first.Count);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task WatchAsync_FromAnId_GivesWhatIsLoggedAndWhatComes(string kind)
    {
        await using var store = TestStore.Start(kind);
        await store.AppendAsync("line", "u1");
        await store.Stores.Domains.ChangeAsync("line", head => Freeze(head, frozen: true), TestStore.Token);
        await store.Stores.Domains.ChangeAsync("line", head => Freeze(head, frozen: false), TestStore.Token);
        await using var events = store.Stores.Events.WatchAsync(afterId: 1, TestStore.Token).GetAsyncEnumerator(TestStore.Token);

        Assert.True(await events.MoveNextAsync());
        var logged = events.Current;
        var next = events.MoveNextAsync();
        await store.Stores.Domains.ChangeAsync("line", head => Freeze(head, frozen: true), TestStore.Token);
        Assert.True(await next);

        Assert.Equal((2, DomainEventKind.Unfrozen), (logged.Id, logged.Kind));
        Assert.Equal((3, DomainEventKind.Frozen), (events.Current.Id, events.Current.Kind));
        Assert.Equal(3, await store.Stores.Events.LastIdAsync(TestStore.Token));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task RestartAsync_Always_FindsEverythingAgain(string kind)
    {
        await using var store = TestStore.Start(kind);
        await store.AppendAsync("line", "u1", "u2", "u3", "u4");
        var head = (await store.Stores.Domains.ReadAsync("line", TestStore.Token))!;
        await store.Stores.Revisions.SaveCandidateAsync(Revision("line", 1), fence: 0, TestStore.Token);
        await store.Stores.Domains.TryChangeAsync(head, Update(head, 1, fence: null, "u1", "u2", "u3"), TestStore.Token);
        var before = await store.Stores.Domains.ReadAsync("line", TestStore.Token);

        await store.RestartAsync();

        var after = await store.Stores.Domains.ReadAsync("line", TestStore.Token);
        Assert.Equal(before! with { State = after!.State }, after);
        Assert.Equal(before.State.Good, after.State.Good);
        Assert.Equal(1, await store.Stores.Domains.CountWaitingAsync("line", TestStore.Token));
        Assert.NotNull(await store.Stores.Utterances.ReadAsync("line", "u4", TestStore.Token));
        Assert.NotNull(await store.Stores.Revisions.ReadAsync("line", 1, TestStore.Token));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task ReadAsync_CorruptedRevision_Throws(string kind)
    {
        await using var store = TestStore.Start(kind);
        var key = store.Stores.Scope.Keys.Revision("line", 1);
        var bytes = RevisionFile.ToBytes(Revision("line", 1));
        bytes[^5] ^= 1;
        await store.Connection.RunAsync(database => database.StringSetAsync(key, bytes), TestStore.Token);

        var exception = await Assert.ThrowsAsync<RevisionException>(() => store.Stores.Revisions.ReadAsync("line", 1, TestStore.Token));

        Assert.Equal(RevisionError.Corrupted, exception.Error);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task TrimAsync_TooMany_KeepsThoseThatMayServeAgain(string kind)
    {
        await using var store = TestStore.Start(kind, options => options.RevisionsPerDomain = 3);
        await store.AppendAsync("line", "u1");
        for (var number = 1; number <= 6; number++)
        {
            await store.Stores.Revisions.SaveCandidateAsync(Revision("line", number), fence: 0, TestStore.Token);
            var head = (await store.Stores.Domains.ReadAsync("line", TestStore.Token))!;
            await store.Stores.Domains.TryChangeAsync(head, Update(head, number, fence: null), TestStore.Token);
        }

        await store.Stores.Revisions.TrimAsync("line", new LearningState { Good = [2, 6], DomainWeights = 1 }, TestStore.Token);

        Assert.Equal([6, 5, 4, 2, 1], await store.Stores.Revisions.ListAsync("line", TestStore.Token));
        Assert.Null(await store.Stores.Revisions.ReadAsync("line", 3, TestStore.Token));
        Assert.NotNull(await store.Stores.Revisions.ReadAsync("line", 2, TestStore.Token));
    }

    internal static DomainChange Freeze(DomainHead head, bool frozen) => new(
        head.State, frozen, new DomainEvent(DateTimeOffset.UnixEpoch, head.Domain, frozen ? DomainEventKind.Frozen : DomainEventKind.Unfrozen));

    internal static DomainChange Update(DomainHead head, long number, long? fence, params string[] ids)
    {
        var state = head.State with { LastRevision = number, Good = [.. head.State.Good, number] };
        var logged = new DomainEvent(DateTimeOffset.UnixEpoch, head.Domain, DomainEventKind.Updated, number, head.State.Current) { UtteranceIds = ids };
        return new DomainChange(state, head.Frozen, logged) { Revision = number, Fence = fence };
    }

    internal static Revision Revision(string domain, long number)
    {
        var source = AdaptableParameters.Source(TestStore.Model, ParameterSet.Parse("top-1"));
        var values = source.Values.ToArray().Select(value => value + (0.001f * number)).ToArray();
        var layout = ParameterSet.Parse("top-1").In(TestStore.Model.Layout, TestStore.Model.Config);
        return new Revision(
            domain, number, number - 1, TestStore.Model.Sha256, "top-1", ["u1"], DateTimeOffset.UnixEpoch, GateVerdict.Unasked,
            new AdaptationState(new AdaptableParameters(layout, values)));
    }
}
