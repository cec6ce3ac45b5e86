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

        await examples.AddAsync(Line, stored, TestStore.Token);

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

        await examples.AddAsync(Line, [Example("a", hours: 4), Example("b", hours: 2)], TestStore.Token);
        await examples.AddAsync(Line, [Example("a", hours: 4)], TestStore.Token);
        await examples.AddAsync(Line, [Example("c", hours: 3), Example("d", hours: 1), Example("e", hours: 5)], TestStore.Token);

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
        await examples.AddAsync(Line, [Example("a", hours: 1), Example("b", hours: 3)], TestStore.Token);

        time.Shift = TimeSpan.FromHours(2);

        Assert.Equal(["b"], (await examples.ListAsync(Line, TestStore.Token)).Select(example => example.Id));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task DeleteAsync_SomeThenTheDomain_LeavesNothing(string kind)
    {
        await using var store = TestStore.Start(kind);
        var examples = Open(store);
        await examples.AddAsync(Line, [Example("a"), Example("b", text: new string('x', 9_000)), Example("c")], TestStore.Token);
        await examples.AddAsync("other", [Example("a")], TestStore.Token);

        Assert.Equal(1, await examples.DeleteAsync(Line, ["a", "z"], TestStore.Token));
        Assert.Equal((0L, 0L), await store.Stores.Domains.DeleteAsync(Line, DateTimeOffset.UnixEpoch, TestStore.Token)); // finds it, though no utterance named it
        Assert.Null(await store.Stores.Domains.DeleteAsync(Line, DateTimeOffset.UnixEpoch, TestStore.Token));

        Assert.Empty(await examples.ListAsync(Line, TestStore.Token));
        Assert.Null(await examples.ReadAsync(Line, "b", TestStore.Token));
        Assert.Single(await examples.ListAsync("other", TestStore.Token));
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
