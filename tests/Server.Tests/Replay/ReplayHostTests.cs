using Attune.Server.Configuration;
using Attune.Server.Replay;
using Attune.Server.State;
using Attune.Server.Tests.Domains;
using Attune.Server.Tests.State;

namespace Attune.Server.Tests.Replay;

/// <summary>Finals of a server that learns, recomputed from the store that it leaves.</summary>
public class ReplayHostTests
{
    public static TheoryData<string> Kinds => TestStore.Kinds;

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task RunAsync_FinalOfARevision_IsTheSameBitForBit(string kind)
    {
        using var store = new LastingStore(kind);
        V1.SpeechRecognitionResult ofModel, ofRevision, ofDraft;
        ReplayedFinal whileServing;
        await using (var host = await DomainHost.StartAsync(store.Settings))
        {
            ofModel = await host.SayAsync(sample: "digits-air-conditioner-10db", steps: 3);
            await host.TeachAsync();
            ofRevision = await host.SayAsync(sample: "digits-air-conditioner-10db", steps: 3);
            ofDraft = await host.SayAsync(sample: "digits-clean-3", steps: 0);
            await host.StoredAsync(DomainHost.Line, 5);
            whileServing = await ReplayAsync(ofRevision.FinalId, store);
        }

        var replayed = new[] { await ReplayAsync(ofModel.FinalId, store), await ReplayAsync(ofRevision.FinalId, store), await ReplayAsync(ofDraft.FinalId, store) };

        Assert.Equal([0, ofRevision.Revision.Number, ofDraft.Revision.Number], replayed.Select(final => final.Recomputed.Revision));
        Assert.True(ofRevision.Revision.Number >= 1);
        Assert.All(replayed, final => Assert.Equal(final.Served, final.Recomputed));
        Assert.All(replayed.Zip([ofModel, ofRevision, ofDraft]), pair => Assert.Equal(pair.Second.Alternatives[0].Transcript, pair.First.Recomputed.Final));
        Assert.Equal(ofRevision.Adaptation.LossAfter, replayed[1].Recomputed.LossAfter);
        Assert.Equal((3, 3, 0), (replayed[0].Steps, replayed[1].Steps, replayed[2].Steps));
        Assert.NotEqual(replayed[0].Recomputed.LossBefore, replayed[1].Recomputed.LossBefore); // other weights
        Assert.Equal(replayed[1], whileServing);
    }

    [Fact]
    public async Task RunAsync_OtherObjective_IsTheSameBitForBit()
    {
        using var store = new LastingStore(TestStore.External);
        await using var host = await DomainHost.StartAsync([.. store.Settings, "--Adaptation:Fast:Objective", "sgem"]);
        var final = await host.SayAsync(sample: "digits-air-conditioner-10db", steps: 2);
        await host.StoredAsync(DomainHost.Line, 1);

        var replayed = await ReplayAsync(final.FinalId, store);

        Assert.Equal(replayed.Served, replayed.Recomputed);
        Assert.Equal(final.Adaptation.LossAfter, replayed.Recomputed.LossAfter);
    }

    [Theory]
    [InlineData("float32")]
    [InlineData("bfloat16")]
    public async Task RunAsync_EitherPrecision_IsTheSameBitForBit(string precision)
    {
        using var store = new LastingStore(TestStore.External);
        await using var host = await DomainHost.StartAsync([.. store.Settings, "--Adaptation:Fast:Precision", precision]);
        var final = await host.SayAsync(sample: "digits-air-conditioner-10db", steps: 3);
        await host.StoredAsync(DomainHost.Line, 1);

        var replayed = await ReplayAsync(final.FinalId, store); // by settings that say nothing of it

        Assert.Equal(3, replayed.Steps);
        Assert.Equal(replayed.Served, replayed.Recomputed);
        Assert.Equal(final.Adaptation.LossAfter, replayed.Recomputed.LossAfter);
    }

    [Fact]
    public async Task RunAsync_NotStored_SaysWhy()
    {
        using var store = new LastingStore(TestStore.External);
        await using var host = await DomainHost.StartAsync([.. store.Settings, "--State:RevisionsPerDomain", "1"]);
        await host.TeachAsync();
        var final = await host.SayAsync(sample: "digits-clean-3", steps: 1);
        await host.StoredAsync(DomainHost.Line, 3);
        Assert.True(FinalId.TryParse(final.FinalId, out var id));
        var keys = host.Stores.Scope.Keys;

        var unknown = await RefusedAsync($"{DomainHost.Line}/{new string('0', 32)}", store);
        var elsewhere = await RefusedAsync($"line-8/{id.UtteranceId}", store);
        var revision = (byte[])(await host.Connection.RunAsync(database => database.StringGetAsync(keys.Revision(DomainHost.Line, 1)), TestStore.Token))!;
        await host.Connection.RunAsync(database => database.KeyDeleteAsync(keys.Revision(DomainHost.Line, 1)), TestStore.Token);
        var without = await RefusedAsync(final.FinalId, store);
        revision[^1] ^= 1;
        await host.Connection.RunAsync(database => database.StringSetAsync(keys.Revision(DomainHost.Line, 1), revision), TestStore.Token);
        var damaged = await RefusedAsync(final.FinalId, store);
        await host.Connection.RunAsync(database => database.KeyDeleteAsync(keys.Utterance(DomainHost.Line, id.UtteranceId)), TestStore.Token);
        var expired = await RefusedAsync(final.FinalId, store); // the store does the same after State:UtteranceExpiry
        await host.Domains.DeleteDomainAsync(new V1.DeleteDomainRequest { Domain = DomainHost.Line });
        var deleted = await RefusedAsync(final.FinalId, store);

        Assert.All([unknown, elsewhere, without, damaged, expired, deleted], refused => Assert.Equal(ReplayError.NotStored, refused.Error));
        Assert.Contains("has no utterance", unknown.Message, StringComparison.Ordinal);
        Assert.Contains("There is no domain line-8", elsewhere.Message, StringComparison.Ordinal);
        Assert.Contains("revision 1 of its domain, which is gone", without.Message, StringComparison.Ordinal);
        Assert.Contains("Revision 1, which", damaged.Message, StringComparison.Ordinal);
        Assert.Contains("has expired", expired.Message, StringComparison.Ordinal);
        Assert.Contains("Domain line-7 was deleted at ", deleted.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_AnotherRevisionByItsNumber_NamesBothHashes()
    {
        using var store = new LastingStore(TestStore.External);
        await using var host = await DomainHost.StartAsync(store.Settings);
        await host.TeachAsync();
        var final = await host.SayAsync(sample: "digits-clean-3");
        await host.StoredAsync(DomainHost.Line, 3);
        Assert.True(FinalId.TryParse(final.FinalId, out var id));
        var stored = await host.Stores.Utterances.ReadAsync(DomainHost.Line, id.UtteranceId, TestStore.Token);
        var other = stored! with { Recognition = stored.Recognition with { RevisionSha256 = new string('a', 64) } };
        await host.Stores.Utterances.AppendAsync(other, learns: false, TestStore.Token);

        var refused = await RefusedAsync(final.FinalId, store);

        Assert.Contains(new string('a', 64), refused.Message, StringComparison.Ordinal);
        Assert.Contains(stored.Recognition.RevisionSha256!, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_OtherAudioOrTranscriptThanServed_IsDifferent()
    {
        using var store = new LastingStore(TestStore.External);
        await using var host = await DomainHost.StartAsync(store.Settings);
        var final = await host.SayAsync(sample: "digits-clean-3", steps: 1);
        await host.StoredAsync(DomainHost.Line, 1);
        Assert.True(FinalId.TryParse(final.FinalId, out var id));
        var stored = (await host.Stores.Utterances.ReadAsync(DomainHost.Line, id.UtteranceId, TestStore.Token))!;
        var louder = stored.Utterance.Samples.ToArray();
        for (var i = 0; i < louder.Length / 2; i++) louder[i] *= 1.01f;

        var replayed = new List<ReplayedFinal>();
        foreach (var utterance in new[] { stored.Utterance with { Final = "SOMETHING ELSE" }, stored.Utterance with { Samples = louder } })
        {
            await host.Stores.Utterances.AppendAsync(stored with { Utterance = utterance }, learns: false, TestStore.Token);
            replayed.Add(await ReplayAsync(final.FinalId, store));
        }

        Assert.All(replayed, other => Assert.False(other.IsEqual));
        Assert.Equal(("SOMETHING ELSE", final.Alternatives[0].Transcript), (replayed[0].Served.Final, replayed[0].Recomputed.Final));
        Assert.Equal(replayed[1].Served.Final, final.Alternatives[0].Transcript);
        Assert.NotEqual(replayed[1].Served.LossBefore, replayed[1].Recomputed.LossBefore);
    }

    [Fact]
    public async Task RunAsync_AnotherModel_NamesBoth()
    {
        using var store = new LastingStore(TestStore.External);
        await using var host = await DomainHost.StartAsync(store.Settings);
        var final = await host.SayAsync();
        await host.StoredAsync(DomainHost.Line, 1);
        Assert.True(FinalId.TryParse(final.FinalId, out var id));
        var stored = await host.Stores.Utterances.ReadAsync(DomainHost.Line, id.UtteranceId, TestStore.Token);
        var other = stored! with { Recognition = stored.Recognition with { ModelName = "another", ModelSha256 = new string('b', 64) } };
        await host.Stores.Utterances.AppendAsync(other, learns: false, TestStore.Token);

        var refused = await RefusedAsync(final.FinalId, store);

        Assert.Equal(ReplayError.OtherModel, refused.Error);
        Assert.Contains("another " + new string('b', 64), refused.Message, StringComparison.Ordinal);
        Assert.Contains($"{TestStore.Model.Name} {TestStore.Model.Sha256}", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("line-7")]
    [InlineData("line-7/12")]
    [InlineData("/0123456789abcdef0123456789abcdef")]
    public async Task RunAsync_NoId_TellsTheRule(string text)
    {
        var refused = await Assert.ThrowsAsync<ReplayException>(() => ReplayHost.RunAsync(text, [], TestStore.Token));

        Assert.Equal(ReplayError.NotAnId, refused.Error);
        Assert.Contains("DOMAIN/ID", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_NoStore_SaysWhatToGive()
    {
        using var folder = new TemporaryFolder();
        var id = "line-7/" + new string('0', 32);

        var none = await Assert.ThrowsAsync<ReplayException>(() => ReplayHost.RunAsync(id, ["--State:Directory", "none"], TestStore.Token));
        var empty = await Assert.ThrowsAsync<ReplayException>(() => ReplayHost.RunAsync(id, ["--State:Directory", folder.Path], TestStore.Token));
        var away = await Assert.ThrowsAsync<ReplayException>(
            () => ReplayHost.RunAsync(id, ["--State:Redis", "127.0.0.1:1", "--State:OperationTimeout", "00:00:00.2"], TestStore.Token));
        await Assert.ThrowsAsync<ConfigurationException>(() => ReplayHost.RunAsync(id, ["--State:Nonsense", "1"], TestStore.Token));

        Assert.All([none, empty, away], refused => Assert.Equal(ReplayError.StoreUnavailable, refused.Error));
        Assert.Contains("nothing is kept", none.Message, StringComparison.Ordinal);
        Assert.Contains("holds no store", empty.Message, StringComparison.Ordinal);
        Assert.Contains("State:Redis", away.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    private static Task<ReplayedFinal> ReplayAsync(string id, LastingStore store) => ReplayHost.RunAsync(id, store.Settings, TestStore.Token);

    private static Task<ReplayException> RefusedAsync(string id, LastingStore store) =>
        Assert.ThrowsAsync<ReplayException>(() => ReplayAsync(id, store));
}
