using Attune.Adaptation.Text.Examples;
using Attune.Server.State;

namespace Attune.Server.Tests.State;

/// <summary>Examples in the store in the process and in Redis.</summary>
public class ExampleStoreTests
{
    private const string Line = "line";

    private static readonly RedisKeys Keys = new("0123456789abcdef.text");

    public static TheoryData<string> Kinds => TestStore.Kinds;

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task ReadAsync_Stored_IsAsItWas(string kind)
    {
        await using var store = TestStore.Start(kind);
        var examples = Open(store);
        // Beyond what lies under a key of the store in the process, and below.
        EmbeddedExample[] stored = [Example("a", label: 2, text: "thé", values: 3), Example("b", label: null, text: new string('x', 9_000), values: 768)];

        await examples.AddAsync(Line, stored, Learning(), TestStore.Token);

        foreach (var one in stored)
        {
            var read = (await examples.ReadAsync(Line, one.Example.Id, TestStore.Token))!;
            Assert.Equal(one with { Embedding = default }, read with { Embedding = default });
            Assert.Equal(one.Embedding.ToArray(), read.Embedding.ToArray());
        }

        Assert.Null(await examples.ReadAsync(Line, "c", TestStore.Token));
        Assert.Null(await examples.ReadAsync("other", "a", TestStore.Token));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task AddAsync_TwiceAndBeyondCapacity_KeepsThoseThatExpireLast(string kind)
    {
        await using var store = TestStore.Start(kind);
        var examples = Open(store, capacity: 3);

        await examples.AddAsync(Line, [Example("a", hours: 4), Example("b", hours: 2)], Learning(), TestStore.Token);
        await examples.AddAsync(Line, [Example("a", hours: 4)], Learning(), TestStore.Token);
        await examples.AddAsync(Line, [Example("c", hours: 3), Example("d", hours: 1), Example("e", hours: 5)], Learning(), TestStore.Token);

        Assert.Equal(["c", "a", "e"], (await examples.ListAsync(Line, TestStore.Token)).Select(example => example.Id));
        Assert.Null(await examples.ReadAsync(Line, "b", TestStore.Token));
        Assert.Null(await examples.ReadAsync(Line, "d", TestStore.Token));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task ListAsync_Expired_LeavesThemOut(string kind)
    {
        await using var store = TestStore.Start(kind);
        var time = new ShiftedTime();
        var examples = Open(store, time: time);
        await examples.AddAsync(Line, [Example("a", hours: 1), Example("b", hours: 3)], Learning(), TestStore.Token);

        time.Shift = TimeSpan.FromHours(2);

        Assert.Equal(["b"], (await examples.ListAsync(Line, TestStore.Token)).Select(example => example.Id));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task DeleteAsync_SomeThenTheDomain_LeavesNothing(string kind)
    {
        await using var store = TestStore.Start(kind);
        var examples = Open(store);
        await examples.AddAsync(Line, [Example("a"), Example("b", text: new string('x', 9_000)), Example("c")], Learning(), TestStore.Token);
        await examples.AddAsync("other", [Example("a")], Learning(), TestStore.Token);

        Assert.Equal(1, await examples.DeleteAsync(Line, ["a", "z"], TestStore.Token));
        Assert.Equal((0L, 0L), await store.Stores.Domains.DeleteAsync(Line, DateTimeOffset.UnixEpoch, TestStore.Token)); // finds it, though no utterance named it
        Assert.Null(await store.Stores.Domains.DeleteAsync(Line, DateTimeOffset.UnixEpoch, TestStore.Token));

        Assert.Empty(await examples.ListAsync(Line, TestStore.Token));
        Assert.Null(await examples.ReadAsync(Line, "b", TestStore.Token));
        Assert.Single(await examples.ListAsync("other", TestStore.Token));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task AddAsync_ToLearnFrom_EachNewOneWaitsOnce(string kind)
    {
        await using var store = TestStore.Start(kind);
        var (examples, stores, scope) = (Open(store, capacity: 4), store.Stores, Learning(round: 3));

        await examples.AddAsync(Line, [Example("a"), Example("b")], scope, TestStore.Token);
        await examples.AddAsync(Line, [Example("a"), Example("b")], scope, TestStore.Token);
        var early = await stores.Utterances.ReadyDomainsAsync(9, TestStore.Token);
        await examples.AddAsync(Line, [Example("c")], scope, TestStore.Token);
        await examples.AddAsync("other", [Example("a")], Learning(), TestStore.Token); // nobody learns from it

        Assert.Empty(early);
        Assert.Equal([Line], await stores.Utterances.ReadyDomainsAsync(9, TestStore.Token));
        Assert.Equal(["a", "b", "c"], await stores.Utterances.WaitingIdsAsync(Line, TestStore.Token));
        Assert.Equal([Line], await stores.Domains.ListAsync("", 9, TestStore.Token));
        Assert.Equal((3L, 0L), (await HeadAsync(store)) is { } head ? (head.Utterances, head.Dropped) : default);

        await examples.AddAsync(Line, [Example("d"), Example("e", hours: 2)], scope, TestStore.Token); // one more than there is room for

        Assert.Equal(["b", "c", "d", "e"], await stores.Utterances.WaitingIdsAsync(Line, TestStore.Token));
        Assert.Equal((5L, 1L), (await HeadAsync(store)) is { } full ? (full.Utterances, full.Dropped) : default);
        Assert.Equal(2, await stores.Utterances.DropAsync(Line, 3, ["b", "c"], TestStore.Token));
        Assert.Empty(await stores.Utterances.ReadyDomainsAsync(9, TestStore.Token));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task AddAsync_FrozenDomain_LetsNothingWait(string kind)
    {
        await using var store = TestStore.Start(kind);
        var examples = Open(store);
        await examples.AddAsync(Line, [Example("a")], Learning(round: 2), TestStore.Token);
        await store.Stores.Domains.ChangeAsync(
            Line, head => new DomainChange(head.State, Frozen: true, new DomainEvent(DateTimeOffset.UnixEpoch, Line, DomainEventKind.Frozen)), TestStore.Token);

        await examples.AddAsync(Line, [Example("b")], Learning(round: 2), TestStore.Token);

        Assert.Equal(["a"], await store.Stores.Utterances.WaitingIdsAsync(Line, TestStore.Token));
        Assert.Equal(2, (await HeadAsync(store))!.Utterances);
        Assert.Equal(2, (await examples.ListAsync(Line, TestStore.Token)).Count);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task RevokeAsync_WhileAnotherLearns_HasItsChangeRefused(string kind)
    {
        await using var store = TestStore.Start(kind);
        var (leases, domains) = (store.Stores.Leases, store.Stores.Domains);
        Assert.False(await leases.RevokeAsync(Line, TestStore.Token));
        Assert.Null(await HeadAsync(store));
        await Open(store).AddAsync(Line, [Example("a")], Learning(round: 1), TestStore.Token);
        var lease = (await leases.TryAcquireAsync(Line, TestStore.Token))!;
        var head = (await HeadAsync(store))!;

        Assert.True(await leases.RevokeAsync(Line, TestStore.Token));

        var change = new DomainChange(head.State, Frozen: false, new DomainEvent(DateTimeOffset.UnixEpoch, Line, DomainEventKind.Updated)) { Fence = lease.Fence };
        Assert.False(await domains.TryChangeAsync(head, change, TestStore.Token));
        await leases.ReleaseAsync(lease, TestStore.Token);
        var next = (await leases.TryAcquireAsync(Line, TestStore.Token))!;
        Assert.True(await domains.TryChangeAsync(head, change with { Fence = next.Fence }, TestStore.Token));
    }

    [Fact]
    public void Read_DamagedBytes_SaysSo()
    {
        var bytes = ExampleFormat.ToBytes(Example("a", label: 1, text: "the cat", values: 4));

        for (var place = 0; place < bytes.Length; place++)
        {
            var damaged = bytes.ToArray();
            damaged[place] ^= 0x10;
            Assert.Throws<InvalidDataException>(() => ExampleFormat.Read("a", damaged));
        }

        for (var length = 0; length < bytes.Length; length++) Assert.Throws<InvalidDataException>(() => ExampleFormat.Read("a", bytes[..length]));
    }

    private static StateScope Learning(int round = 0) => TestStore.Scope with { RoundSize = round };

    private static Task<DomainHead?> HeadAsync(TestStore store) => store.Stores.Domains.ReadAsync(Line, TestStore.Token);

    private static ExampleStore Open(TestStore store, int capacity = 100, TimeProvider? time = null) => new(store.Connection, () => Keys, capacity, time ?? TimeProvider.System);

    private static EmbeddedExample Example(string id, int? label = null, string text = "the cat", int values = 2, int hours = 1) => new(
        new TextExample(id, text, label),
        Enumerable.Range(0, values).Select(value => 0.1f * value).ToArray(),
        DateTimeOffset.FromUnixTimeMilliseconds(TimeProvider.System.GetUtcNow().AddHours(hours).ToUnixTimeMilliseconds()));

    private sealed class ShiftedTime : TimeProvider
    {
        public TimeSpan Shift { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Shift;
    }
}
