using Attune.Adaptation.Revisions;
using Attune.Recognition.Acoustic;
using Attune.Server.State;

namespace Attune.Server.Tests.State;

/// <summary>Audio and weights: in files beside a store in the process, in pieces in Redis.</summary>
public class LargeValuesTests
{
    public static TheoryData<string> Kinds => TestStore.Kinds;

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task ReadAsync_LargeRevision_IsAsItWasAndGoesAsAWhole(string kind)
    {
        await using var store = TestStore.Start(kind);
        var stores = store.For("suta");
        await stores.Utterances.AppendAsync(TestStore.Utterance("line", "u1"), learns: true, TestStore.Token);
        var source = AdaptableParameters.Source(TestStore.Model, stores.Scope.Set);
        var revision = StoresTests.Revision("line", 1) with { ParameterSet = "suta", State = new AdaptationState(source) };
        await stores.Revisions.SaveCandidateAsync(revision, fence: 0, TestStore.Token);
        var head = (await stores.Domains.ReadAsync("line", TestStore.Token))!;

        await stores.Domains.TryChangeAsync(head, StoresTests.Update(head, 1, fence: null), TestStore.Token);
        await stores.Revisions.SaveCandidateAsync(revision with { Number = 2 }, fence: 0, TestStore.Token); // never published
        var keys = (await StoredKeys.ReadAsync(store.Connection)).Where(key => key.Contains(":revision:1", StringComparison.Ordinal)).ToArray();
        var expiries = await Task.WhenAll(keys.Select(key => store.Connection.RunAsync(database => database.KeyTimeToLiveAsync(key), TestStore.Token)));
        var files = Files(store);
        var read = await stores.Revisions.ReadAsync("line", 1, TestStore.Token);
        if (kind == TestStore.Embedded) await File.WriteAllTextAsync(Path.Combine(store.Connection.ValuesFolder!, Guid.NewGuid().ToString("N")), "left", TestStore.Token);
        await store.RestartAsync();
        while (Files(store) > files) await Task.Delay(20, TestStore.Token); // what no key names
        var after = await store.For("suta").Revisions.ReadAsync("line", 1, TestStore.Token);
        await store.For("suta").Domains.DeleteAsync("line", DateTimeOffset.UnixEpoch, TestStore.Token);

        Assert.Equal(kind == TestStore.Embedded ? (1, 3) : (5, 0), (keys.Length, files)); // 3.6 MB: a file, or the key and four pieces; the candidate's and the utterance's files
        Assert.All(expiries, Assert.Null);
        Assert.Equal(source.Values.ToArray(), read!.Revision.State.Parameters.Values.ToArray());
        Assert.Equal(source.Values.ToArray(), after!.Revision.State.Parameters.Values.ToArray());
        Assert.DoesNotContain(await StoredKeys.ReadAsync(store.Connection), key => key.Contains("domain:line:", StringComparison.Ordinal));
        Assert.Equal(0, Files(store));
    }

    [Fact]
    public async Task AppendAsync_StoreInTheProcess_FilesGoWhenTheirTimeComes()
    {
        await using var store = TestStore.Start(TestStore.Embedded);
        await store.AppendAsync("line", "u1", "u2");
        var folder = store.Connection.ValuesFolder!;
        var before = Directory.GetFiles(folder).Length;

        LargeValues.DeleteExpired(folder, store.Connection.Now + store.Options.UtteranceExpiry - TimeSpan.FromMinutes(1));
        var early = Directory.GetFiles(folder).Length;
        LargeValues.DeleteExpired(folder, store.Connection.Now + store.Options.UtteranceExpiry + TimeSpan.FromMinutes(1));

        Assert.Equal((2, 2, 0), (before, early, Directory.GetFiles(folder).Length));
        Assert.Null(await store.Stores.Utterances.ReadAsync("line", "u1", TestStore.Token));
    }

    private static int Files(TestStore store) => store.Connection.ValuesFolder is { } folder ? Directory.GetFiles(folder).Length : 0;
}
