using Attune.Adaptation.Neighbours;
using Attune.Server.Replay;
using Attune.Server.State;
using Attune.Server.Tests.Access;
using Attune.Server.Tests.State;

namespace Attune.Server.Tests.Domains;

/// <summary>What a domain has learnt from joins the fast updates of what is like it.</summary>
public class NeighbourServingTests
{
    private static readonly string[] Neighbours = ["--Adaptation:Fast:Neighbours", "2", "--Adaptation:Fast:NeighbourFloor", "-1"];

    [Fact]
    public async Task Recognize_DomainThatHasLearnt_IsJoinedByWhatItLearntFromAndReplayedBitForBit()
    {
        using var store = new LastingStore(TestStore.Embedded);
        await using var host = await DomainHost.StartAsync([.. store.Settings, .. Neighbours]);
        var before = await host.SayAsync(sample: "digits-air-conditioner-10db", steps: 2);
        await host.TeachAsync(); // with the one before, an update and one that waits
        var after = await host.SayAsync(sample: "digits-air-conditioner-10db", steps: 2);
        await host.StoredAsync(DomainHost.Line, 4);

        var (first, last) = (await ReadAsync(host, before), await ReadAsync(host, after));
        var replayed = await ReplayHost.RunAsync(after.FinalId, store.Settings, TestStore.Token);

        Assert.Null(first.Recognition.Neighbours);
        Assert.NotNull(first.Embedding);
        var revision = (await host.Catalogue.GetAsync(DomainHost.Line, TestStore.Token)).Current!;
        Assert.Equal(2, last.Recognition.Neighbours!.Count);
        Assert.Equal(first.Utterance.Id, last.Recognition.Neighbours[0]); // the same recording
        Assert.Equal(revision.UtteranceIds.Order(), last.Recognition.Neighbours.Order());
        Assert.Equal(replayed.Served, replayed.Recomputed);
    }

    [Fact]
    public async Task Recognize_NoneWantedOrNoneLeft_IsJoinedByNobody()
    {
        var clock = new AdvancingClock();
        await using var plain = await DomainHost.StartAsync();
        await using var host = await DomainHost.StartAsync(clock, [.. Neighbours, "--State:UtteranceExpiry", "00:10:00"]);
        await plain.TeachAsync();
        await host.TeachAsync();
        var kept = (await host.Catalogue.GetAsync(DomainHost.Line, TestStore.Token)).Neighbours.Count;

        clock.Advance(TimeSpan.FromMinutes(11));
        host.Catalogue.ForgetExpired();
        var expired = (await host.Catalogue.GetAsync(DomainHost.Line, TestStore.Token)).Neighbours.Count;
        await host.TeachAsync();
        var again = (await host.Catalogue.GetAsync(DomainHost.Line, TestStore.Token)).Neighbours.Count;
        await host.Domains.DeleteDomainAsync(new V1.DeleteDomainRequest { Domain = DomainHost.Line }, cancellationToken: TestStore.Token);
        await host.Catalogue.RefreshAsync(DomainHost.Line);

        Assert.Equal((2, 0, 2), (kept, expired, again));
        Assert.Equal(0, (await host.Catalogue.GetAsync(DomainHost.Line, TestStore.Token)).Neighbours.Count);
        Assert.Equal(0, (await plain.Catalogue.GetAsync(DomainHost.Line, TestStore.Token)).Neighbours.Count);
    }

    [Fact]
    public async Task Gather_UtterancesHeldBackOrWithoutAPlace_AreLeftOut()
    {
        await using var host = await DomainHost.StartAsync([.. Neighbours, "--Adaptation:Gate:HeldBack", "1"]);
        foreach (var sample in new[] { "digits-clean-1", "digits-clean-2", "digits-clean-3" }) await host.SayAsync(sample: sample);
        await host.LearntAsync(DomainHost.Line, 3);
        await host.Catalogue.RefreshAsync(DomainHost.Line);
        var snapshot = await host.Catalogue.GetAsync(DomainHost.Line, TestStore.Token);

        var known = await host.Reader.GatherAsync(snapshot, NeighbourSet.Empty, default, capacity: 10, TestStore.Token);
        var id = snapshot.Current!.UtteranceIds[0];
        var stored = (await host.Stores.Utterances.ReadAsync(DomainHost.Line, id, TestStore.Token))!;
        await host.Stores.Utterances.AppendAsync(stored with { Embedding = null }, learns: false, TestStore.Token); // as an older server left it
        var older = await host.Reader.GatherAsync(snapshot, NeighbourSet.Empty, default, capacity: 10, TestStore.Token);

        Assert.Equal(2, snapshot.Current.UtteranceIds.Count);
        Assert.True(snapshot.Current.UtteranceIds.All(known.Has));
        Assert.Equal((2, 1, false), (known.Count, older.Count, older.Has(id)));
    }

    [Fact]
    public async Task UtteranceFormat_PlaceAndNeighbours_ComeBack()
    {
        await using var host = await DomainHost.StartAsync();
        var said = await host.SayAsync();
        await host.StoredAsync(DomainHost.Line, 1);
        var stored = await ReadAsync(host, said);
        var told = stored with { Embedding = new float[] { 0.6f, 0.8f }, Recognition = stored.Recognition with { Neighbours = ["b", "a"] } };

        var back = UtteranceFormat.Read(UtteranceFormat.ToBytes(told));

        Assert.Equal([0.6f, 0.8f], back.Embedding!.Value.ToArray());
        Assert.Equal(["b", "a"], back.Recognition.Neighbours!);
        Assert.Null(stored.Embedding);
        Assert.Null(stored.Recognition.Neighbours);
        Assert.Equal(stored.Utterance.Samples.ToArray(), back.Utterance.Samples.ToArray());
    }

    private static async Task<StoredUtterance> ReadAsync(DomainHost host, V1.SpeechRecognitionResult said)
    {
        Assert.True(FinalId.TryParse(said.FinalId, out var id));
        return (await host.Stores.Utterances.ReadAsync(id.Domain, id.UtteranceId, TestStore.Token))!;
    }
}
